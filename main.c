/*
 * hob: options, the menu, serve. The story is told in handlers/french_fries.c.
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
#include "program/healthcheck.h"
#include "program/options.h"
#include "program/rotation.h"
#include "program/shift.h"
#include "program/sockets.h"

static hob_router *make_router(const struct options *options, struct kitchen *kitchen)
{
    hob_router *router = NULL;
    int err = (options->admin ? routes_for_guests : routes_for_all)(kitchen, &router);
    if (err < 0)
        fprintf(stderr, "hob: the routes cannot be used: %s\n", strerror(-err));
    return router;
}

static int check_health(const struct options *options)
{
    int status = EXIT_SUCCESS;
    if (options->admin)
        return healthcheck(options->admin);
    for (size_t i = 0; i < options->listen_count && status == EXIT_SUCCESS; i++)
        status = healthcheck(options->listen[i]);
    return status;
}

/*
 * A descriptor that was closed when the program started would go to a socket, and a client would
 * get what is written to standard output or to the log.
 */
static void open_standard_streams(void)
{
    int fd = STDIN_FILENO;
    while (fd >= 0 && fd <= STDERR_FILENO)
        fd = open("/dev/null", O_RDWR);
    if (fd >= 0)
        close(fd);
}

int main(int argc, char **argv)
{
    hold_hangups();
    open_standard_streams();
    struct options options = options_parse(argc, argv);
    if (!options_log_to_file(&options))
        release_hangups();
    if (options.healthcheck)
        return check_health(&options);

    signal(SIGPIPE, SIG_IGN); /* a log that nobody reads any more is no reason to die */
    hob_log_set_level(options.log_level);
    struct kitchen kitchen;
    kitchen_init(&kitchen);
    kitchen.time_scale = options.time_scale;
    kitchen.demo = options.demo;
    kitchen.traces = !options.admin;
    struct business business = {
        .options = &options,
        .router = make_router(&options, &kitchen),
        .kitchen = &kitchen,
        .argv = argv,
    };
    int status = EXIT_FAILURE;
    if (business.router && sockets_open(&business.sockets, &options))
        status = serve_business(&business);
    hob_router_free(business.router);
    return status;
}
