#include "upstreams.h"

#include <stdio.h>
#include <string.h>

enum { DISH_MAX = 64 * 1024 }; /* bytes of a neighbour's response */

bool upstreams_open(const struct options *options, hob_tls *tls, hob_client **client)
{
    /* An upstream may be silent for as long as a dish takes here. */
    const hob_client_options settings = {
        .head_timeout = options->server.handler_timeout,
        .read_timeout = options->server.handler_timeout,
        .body_limit = DISH_MAX,
        .tls = tls,
    };
    *client = NULL;
    if (options->upstream_count == 0)
        return true;
    int err = hob_client_new(&settings, client);
    if (err < 0)
        fprintf(stderr, "hob: no client for --upstream: %s\n", strerror(-err));
    return err == 0;
}
