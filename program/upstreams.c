#include "upstreams.h"

#include <stdio.h>
#include <string.h>

#include "hob/tls.h"

enum { DISH_MAX = 64 * 1024 }; /* bytes of a neighbour's response */

#ifdef HOB_TLS
static bool open_tls(struct upstreams *self)
{
    hob_error error = {{0}};
    const hob_tls_options settings = {.error = &error};
    int err = hob_tls_new(&settings, &self->tls);
    if (err < 0)
        fprintf(stderr, "hob: TLS for --upstream: %s\n", *error.text ? error.text : strerror(-err));
    return err == 0;
}

static void close_tls(struct upstreams *self)
{
    hob_tls_free(self->tls);
}
#else
static bool open_tls(struct upstreams *self)
{
    (void)self;
    return true; /* no URL needs it */
}

static void close_tls(struct upstreams *self)
{
    (void)self;
}
#endif

static bool need_tls(const struct options *options)
{
    for (size_t i = 0; i < options->upstream_count; i++) {
        if (hob_text_same_n(options->upstreams[i].url, "https:", 6))
            return true;
    }
    return false;
}

bool upstreams_open(struct upstreams *self, const struct options *options)
{
    *self = (struct upstreams){0};
    if (options->upstream_count == 0)
        return true;
    if (need_tls(options) && !open_tls(self))
        return false;
    /* An upstream may be silent for as long as a dish takes here. */
    const hob_client_options settings = {
        .head_timeout = options->server.handler_timeout,
        .read_timeout = options->server.handler_timeout,
        .body_limit = DISH_MAX,
        .tls = self->tls,
    };
    int err = hob_client_new(&settings, &self->client);
    if (err < 0)
        fprintf(stderr, "hob: no client for --upstream: %s\n", strerror(-err));
    return err == 0;
}

void upstreams_close(struct upstreams *self)
{
    hob_client_free(self->client);
    close_tls(self);
}
