/*
 * hob: options, the menu, serve. The story is told in handlers/french_fries.c.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handlers/feed.h"
#include "handlers/kitchen.h"
#include "handlers/orders.h"
#include "handlers/routes.h"
#include "healthcheck.h"
#include "hob/hob.h"
#include "notify.h"
#include "operators.h"
#include "options.h"
#include "rotation.h"
#include "sockets.h"
#include "upgrade.h"

static hob_router *make_router(const struct options *options)
{
    size_t count;
    const hob_route *menu = options->admin ? routes_for_guests(&count) : routes(&count);
    hob_router *router = NULL;
    const char *culprit = "";
    int err = hob_router_new(menu, count, &router, &culprit);
    if (err < 0)
        fprintf(stderr, "hob: the routes cannot be used: %s %s\n", culprit, strerror(-err));
    return router;
}

/* *log is NULL if there is to be none. Returns false if it cannot be opened. */
static bool open_access_log(const struct options *options, hob_access_log **log)
{
    const char *path = options->access_log_file;
    int err = 0;
    *log = NULL;
    if (options->access_log)
        err = hob_access_log_open(options->access_log_format, path, log);
    if (err < 0)
        fprintf(
            stderr, "hob: cannot open the access log %s: %s\n", path ? path : "", strerror(-err));
    return err == 0;
}

struct shift {
    hob_server *server;
    struct operators operators;
    struct upgrade upgrade;
    struct notifier notifier;
    struct rotation rotation;
    double stall_limit;
};

static int run(void *arg)
{
    struct shift *shift = arg;
    hob_server *admin = shift->operators.server;
    hob_stall_limit(shift->stall_limit);
    hob_future *server = hob_async(hob_server_run, shift->server);
    hob_future *operators = admin ? hob_async(hob_server_run, admin) : NULL;
    hob_async(hob_metrics_sample, shift->operators.metrics);
    hob_async(upgrade_watch, &shift->upgrade);
    hob_async(notify_watch, &shift->notifier);
    hob_async(rotation_watch, &shift->rotation);
    hob_async(orders_cook, NULL);
    int err = hob_await(server);
    if (operators) {
        hob_server_stop(admin); /* last, so that they see how the guests leave */
        hob_await(operators);
    }
    return err;
}

/* Opens the servers on their sockets. Returns 0 or a negative errno. */
static int open_servers(
    struct shift *shift, hob_server_options *settings, const struct sockets *sockets,
    hob_access_log *log)
{
    int err = operators_open(&shift->operators, settings, log);
    settings->sockets = sockets->fds;
    settings->socket_count = sockets->count;
    settings->shared = sockets->shared;
    settings->handle_signals = true;
    if (err == 0)
        err = hob_server_open(settings, &shift->server);
    if (err == 0 && sockets->admin >= 0)
        err = operators_listen(&shift->operators, settings, sockets->admin);
    if (err == 0)
        operators_watch(&shift->operators, shift->server);
    return err;
}

static int
serve(const struct options *options, hob_router *router, hob_access_log *log, char **argv)
{
    struct sockets sockets;
    struct shift shift = {.stall_limit = options->stall_limit};
    if (!sockets_open(&sockets, options))
        return EXIT_FAILURE;
    notify_init(&shift.notifier);
    shift.notifier.takes_over = sockets.predecessor >= 0;
    shift.notifier.grace = options->server.drain_delay + options->server.grace;
    upgrade_init(&shift.upgrade, argv, &sockets, &shift.notifier);
    rotation_init(&shift.rotation, options->access_log_file ? log : NULL);
    hob_server_options settings = options->server;
    settings.handler = hob_router_handle;
    settings.context = router;
    int err = open_servers(&shift, &settings, &sockets, log);
    if (err == 0) {
        sockets_print(&sockets);
        shift.upgrade.server = shift.notifier.server = shift.server;
        shift.upgrade.admin = shift.operators.server;
        err = hob_block_on(run, &shift);
    }
    hob_server_close(shift.server);
    operators_close(&shift.operators);
    if (err < 0)
        fprintf(stderr, "hob: the server failed: %s\n", strerror(-err));
    return err < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
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

int main(int argc, char **argv)
{
    struct options options = options_parse(argc, argv);
    if (options.healthcheck)
        return check_health(&options);

    signal(SIGPIPE, SIG_IGN); /* a log that nobody reads any more is no reason to die */
    hob_log_set_level(options.log_level);
    kitchen_set_time_scale(options.time_scale);
    orders_set_demo(options.demo);
    feed_set_trace(!options.admin);
    hob_access_log *log;
    hob_router *router = make_router(&options);
    int status = EXIT_FAILURE;
    if (router && open_access_log(&options, &log)) {
        status = serve(&options, router, log, argv);
        hob_access_log_close(log);
    }
    hob_router_free(router);
    return status;
}
