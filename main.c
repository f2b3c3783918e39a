/*
 * hob: options, the menu, serve. The story is told in handlers/french_fries.c.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handlers/kitchen.h"
#include "handlers/routes.h"
#include "healthcheck.h"
#include "hob/hob.h"
#include "options.h"

static hob_router *make_router(void)
{
    size_t count;
    const hob_route *menu = routes(&count);
    hob_router *router = NULL;
    const char *culprit = "";
    int err = hob_router_new(menu, count, &router, &culprit);
    if (err < 0)
        fprintf(stderr, "hob: the routes cannot be used: %s %s\n", culprit, strerror(-err));
    return router;
}

static void explain_open_error(const struct options *options, int err)
{
    fprintf(stderr, "hob: cannot listen on %s port %u: ", options->host, options->port);
    if (err == -EADDRINUSE)
        fputs("the port is taken; choose another with --port\n", stderr);
    else
        fprintf(stderr, "%s\n", strerror(-err));
}

struct shift {
    hob_server *server;
    double stall_limit;
};

static int run(void *arg)
{
    struct shift *shift = arg;
    hob_stall_limit(shift->stall_limit);
    return hob_server_run(shift->server);
}

static int serve(const struct options *options, hob_router *router)
{
    hob_server *server;
    int err = hob_server_open(
        &(hob_server_options){
            .host = options->host,
            .port = options->port,
            .handler = hob_router_handle,
            .context = router,
            .grace = options->grace,
            .handle_signals = true,
        },
        &server);
    if (err < 0) {
        explain_open_error(options, err);
        return EXIT_FAILURE;
    }
    printf("hob listens on %s\n", hob_server_url(server));
    fflush(stdout);
    err = hob_block_on(run, &(struct shift){server, options->stall_limit});
    if (err < 0)
        fprintf(stderr, "hob: the server failed: %s\n", strerror(-err));
    hob_server_close(server);
    return err < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    struct options options = options_parse(argc, argv);
    if (options.healthcheck)
        return healthcheck(options.host, options.port);

    signal(SIGPIPE, SIG_IGN); /* a log that nobody reads any more is no reason to die */
    hob_log_set_level(options.log_level);
    kitchen_set_time_scale(options.time_scale);
    hob_router *router = make_router();
    if (!router)
        return EXIT_FAILURE;
    int status = serve(&options, router);
    hob_router_free(router);
    return status;
}
