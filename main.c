/*
 * The program hob: parses the options, makes the routes and serves them. Read
 * handlers/french_fries.c next.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "handlers/kitchen.h"
#include "handlers/routes.h"
#include "hob/hob.h"
#include "program/hangup.h"
#include "program/options.h"
#include "program/service.h"
#include "program/sockets.h"

static hob_router *make_router(const struct options *options, struct kitchen *kitchen)
{
    hob_router *router = NULL;
    int err = (options->admin ? routes_for_guests : routes_for_all)(kitchen, &router);
    if (err < 0)
        fprintf(stderr, "hob: the routes cannot be used: %s\n", strerror(-err));
    return router;
}

/*
 * If a standard stream is closed when the program starts, a socket gets its descriptor, and a
 * client would receive output for the stream. So this opens each closed one.
 */
static void open_standard_streams(void)
{
    int fd = STDIN_FILENO;
    while (fd >= 0 && fd <= STDERR_FILENO)
        fd = open("/dev/null", O_RDWR);
    if (fd >= 0)
        close(fd);
}

/* Returns the exit status. Not inlined, since one frame of both this and main() is too large. */
static __attribute__((noinline)) int serve(const struct options *options, char **argv)
{
    struct kitchen kitchen;
    kitchen_init(&kitchen);
    kitchen.time_scale = options->time_scale;
    kitchen.demo = options->demo;
    kitchen.traces = !options->admin;
    kitchen.upstreams = options->upstreams;
    kitchen.upstream_count = options->upstream_count;
    struct service service = {
        .options = options,
        .router = make_router(options, &kitchen),
        .kitchen = &kitchen,
        .argv = argv,
    };
    int status = EXIT_FAILURE;
    if (!tls_open(&service.tls, options))
        status = EXIT_USAGE;
    else if (service.router && sockets_open(&service.sockets, options))
        status = service_run(&service);
    tls_close(&service.tls);
    hob_router_free(service.router);
    return status;
}

int main(int argc, char **argv)
{
    struct options options;
    hangup_block();
    open_standard_streams();
    options_parse(&options, argc, argv);
    if (!options_use_hangups(&options))
        hangup_unblock();
    signal(SIGPIPE, SIG_IGN); /* a broken pipe behind the log does not end the process */
    hob_log_set_level(options.log_level);
    int status = options.healthcheck ? service_check_health(&options) : serve(&options, argv);
    options_free(&options);
    return status;
}
