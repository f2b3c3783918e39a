#include "tls.h"

#include <stdio.h>
#include <string.h>

#include "hob/log.h"
#include "hob/runtime.h"

#ifdef HOB_TLS

/* Seconds between two looks at the files. */
#define PERIOD 2

static void take_files(struct tls *self, const struct tls_options *options)
{
    for (size_t i = 0; i < options->certificates.count; i++)
        self->certificates[i] = (hob_tls_certificate){
            .certificate_file = options->certificates.paths[i],
            .key_file = options->keys.count > 0 ? options->keys.paths[i] : NULL,
            .ocsp_file = i < options->ocsp.count ? options->ocsp.paths[i] : NULL,
        };
}

/* Prints the error if there is one. */
static bool print_error(int err, const hob_error *error)
{
    if (err < 0)
        fprintf(stderr, "hob: %s\n", error->text[0] ? error->text : strerror(-err));
    return err == 0;
}

static bool open_server(struct tls *self, const struct options *options)
{
    hob_error error = {.text = ""};
    const hob_tls_server_options settings = {
        .certificates = self->certificates,
        .certificate_count = options->tls.certificates.count,
        .client_ca_file = options->tls.client_ca,
        .error = &error,
    };
    take_files(self, &options->tls);
    return print_error(hob_tls_server_new(&settings, &self->server), &error);
}

static bool open_client(struct tls *self, const struct options *options)
{
    hob_error error = {.text = ""};
    const hob_tls_options settings = {.ca_file = options->upstream_ca, .error = &error};
    return print_error(hob_tls_new(&settings, &self->client), &error);
}

bool tls_open(struct tls *self, const struct options *options)
{
    *self = (struct tls){.server = NULL};
    return (!options_have_certificate(options) || open_server(self, options)) &&
           (!options_have_https_upstream(options) || open_client(self, options));
}

void tls_close(struct tls *self)
{
    hob_tls_server_free(self->server);
    hob_tls_free(self->client);
}

void tls_reload(struct tls *self)
{
    hob_error error = {.text = ""};
    if (!self->server)
        return;
    int err = hob_tls_server_reload(self->server, &error);
    if (err < 0)
        hob_log(
            HOB_LOG_ERROR, "the old certificates stay in use: %s",
            error.text[0] ? error.text : strerror(-err));
    else
        hob_log(HOB_LOG_INFO, "new connections use the certificates as they are now");
}

int tls_watch(void *tls)
{
    struct tls *self = tls;
    int err;
    do {
        if (hob_tls_server_has_changed(self->server))
            tls_reload(self);
        err = hob_sleep(PERIOD);
    } while (err == 0);
    return err;
}

#else

bool tls_open(struct tls *self, const struct options *options)
{
    (void)options; /* which need no TLS: see option_tls.c and option_upstream.c */
    *self = (struct tls){.server = NULL};
    return true;
}

void tls_close(struct tls *self)
{
    (void)self;
}

void tls_reload(struct tls *self)
{
    (void)self;
}

int tls_watch(void *tls)
{
    (void)tls;
    return 0;
}

#endif
