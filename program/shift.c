#include "shift.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "handlers/orders.h"
#include "notify.h"
#include "operators.h"
#include "rotation.h"
#include "supervisor.h"
#include "upgrade.h"
#include "worker.h"

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

/* A process that serves: the only one, or a worker. */
struct shift {
    struct business *business;
    hob_access_log *log; /* NULL if there is none */
    hob_server *server;
    struct operators operators;
    struct rotation rotation;
    struct upgrade upgrade; /* these two are the only one's */
    struct notifier notifier;
    struct worker *worker; /* NULL for the only one */
};

static int run(void *arg)
{
    struct shift *shift = arg;
    hob_server *admin = shift->operators.server;
    hob_stall_limit(shift->business->options->stall_limit);
    hob_future *server = hob_server_start(shift->server);
    hob_future *operators = admin ? hob_server_start(admin) : NULL;
    hob_async(hob_metrics_sample, shift->operators.metrics);
    if (shift->worker) {
        hob_async(worker_watch, shift->worker);
    } else {
        hob_async(upgrade_watch, &shift->upgrade);
        hob_async(notify_watch, &shift->notifier);
    }
    hob_async(rotation_watch, &shift->rotation);
    hob_async(orders_cook, shift->business->kitchen);
    int err = hob_await(server);
    if (operators) {
        hob_server_stop(admin); /* last, so that they see how the guests leave */
        hob_await(operators);
    }
    return err;
}

/* In hob_server_options 0 means the default, and less than 0 means none. */
static double grace_of(double seconds)
{
    return seconds == 0 ? -1 : seconds;
}

/* Opens the servers on their sockets. Returns 0 or a negative errno. */
static int open_servers(struct shift *shift)
{
    const struct sockets *sockets = &shift->business->sockets;
    hob_server_options settings = shift->business->options->server;
    settings.handler = hob_router_handle;
    settings.router = shift->business->router;
    int err = operators_open(&shift->operators, shift->business->kitchen, &settings, shift->log);
    if (err == 0 && shift->worker)
        err = hob_metrics_join(
            shift->operators.metrics, shift->business->metrics, shift->worker->number - 1);
    settings.sockets = sockets->fds;
    settings.socket_count = sockets->count;
    settings.socket_files = sockets->files;
    settings.shared = sockets->shared;
    settings.handle_signals = !shift->worker;
    settings.accept_batch = shift->worker ? 1 : 0;
    settings.grace = grace_of(settings.grace);
    settings.idle_grace = grace_of(settings.idle_grace);
    if (err == 0)
        err = hob_server_open(&settings, &shift->server);
    if (err == 0 && sockets->admin >= 0)
        err = operators_listen(&shift->operators, &settings, sockets);
    if (err == 0)
        err = operators_watch(&shift->operators, shift->server);
    return err;
}

static void tell_servers(struct shift *shift)
{
    hob_server *admin = shift->operators.server;
    if (shift->worker) {
        shift->worker->server = shift->server;
        shift->worker->admin = admin;
    } else {
        sockets_print(&shift->business->sockets);
        shift->upgrade.server = shift->notifier.server = shift->server;
        shift->upgrade.admin = admin;
    }
}

/* Returns the exit status. */
static int serve(struct shift *shift)
{
    int err = open_servers(shift);
    if (err == 0) {
        tell_servers(shift);
        err = hob_block_on(run, shift);
    }
    hob_server_close(shift->server);
    operators_close(&shift->operators);
    if (err < 0)
        fprintf(stderr, "hob: the server failed: %s\n", strerror(-err));
    return err < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int serve_and_log(struct shift *shift)
{
    const struct options *options = shift->business->options;
    if (!open_access_log(options, &shift->log))
        return EXIT_FAILURE;
    rotation_init(&shift->rotation, options_log_to_file(options) ? shift->log : NULL);
    int status = serve(shift);
    hob_access_log_close(shift->log);
    return status;
}

static void find_manager(struct notifier *notifier, const struct business *business)
{
    const hob_server_options *server = &business->options->server;
    notify_init(notifier);
    notifier->takes_over = business->sockets.predecessor >= 0;
    notifier->grace = server->drain_delay + server->grace;
}

static int serve_alone(struct business *business)
{
    if (getpid() == 1) /* of a container: children of others that have ended are left to it */
        signal(SIGCHLD, SIG_IGN);
    struct shift shift = {.business = business};
    find_manager(&shift.notifier, business);
    upgrade_init(&shift.upgrade, business->argv, &business->sockets, &shift.notifier);
    return serve_and_log(&shift);
}

static int serve_as_worker(struct worker *worker, void *arg)
{
    struct business *business = arg;
    struct shift shift = {.business = business, .worker = worker};
    business->kitchen->worker = worker->number;
    business->kitchen->workers = worker->count;
    return serve_and_log(&shift);
}

static int serve_with_workers(struct business *business)
{
    struct notifier notifier;
    struct supervisor_options options = {
        .workers = business->options->workers,
        .argv = business->argv,
        .sockets = &business->sockets,
        .notifier = &notifier,
        .takes_hangups = options_log_to_file(business->options),
        .work = serve_as_worker,
        .context = business,
    };
    hob_access_log *log;
    if (!open_access_log(business->options, &log)) /* or each worker would find that out */
        return EXIT_FAILURE;
    hob_access_log_close(log); /* its thread would not be there in a process that is forked */
    find_manager(&notifier, business);
    hob_log(
        HOB_LOG_WARN, "each of the %zu workers has a kitchen of its own; the page shows one",
        options.workers);
    business->metrics = hob_metrics_group_new(options.workers);
    if (!business->metrics) {
        fprintf(stderr, "hob: the workers cannot share their metrics: %s\n", strerror(ENOMEM));
        return EXIT_FAILURE;
    }
    int status = supervisor_run(&options);
    hob_metrics_group_free(business->metrics);
    return status;
}

int serve_business(struct business *business)
{
    return business->options->workers > 1 ? serve_with_workers(business) : serve_alone(business);
}
