#include "service.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "handlers/orders.h"
#include "handlers/routes.h"
#include "hangup.h"
#include "hob/access_log.h"
#include "hob/http2.h"
#include "hob/version.h"
#include "notify.h"
#include "restart.h"
#include "secure.h"
#include "supervisor.h"
#include "upstreams.h"
#include "worker.h"

/* A process that serves: the only one, or a worker. */
struct process {
    struct service *service;
    struct worker *worker;  /* NULL for the only one */
    struct restart restart; /* these two are the only one's */
    struct notifier notifier;
    hob_client *client;  /* for the upstreams; NULL if there are none */
    hob_access_log *log; /* NULL if there is none */
    struct hangup hangup;
    hob_metrics *metrics;
    hob_server *server;
    hob_router *admin_router; /* these two are NULL without --admin */
    hob_server *admin;        /* a second server in the same loop, for operators */
};

/*
 * Metrics.
 */

static void expose_build(void *unused, hob_exposition *out)
{
    static const hob_metric build = {
        .name = "hob_build", .type = HOB_METRIC_INFO, .help = "The version of hob."};
    static const hob_label version = {"version", HOB_VERSION};
    (void)unused;
    hob_metrics_begin(out, &build);
    hob_metrics_value(out, &version, 1, 1);
}

static void expose_lost_lines(void *log, hob_exposition *out)
{
    static const hob_metric lost = {
        .name = "hob_access_log_lost_lines",
        .type = HOB_METRIC_COUNTER,
        .help = "Lines of the access log that were lost, since it was not written fast enough."};
    hob_metrics_put(out, &lost, (double)hob_access_log_lost(log));
}

static int open_metrics(struct process *self)
{
    struct service *service = self->service;
    self->metrics = hob_metrics_new();
    if (!self->metrics)
        return -ENOMEM;
    service->kitchen->metrics = self->metrics;
    int err = hob_metrics_add(self->metrics, kitchen_metrics, service->kitchen);
    if (err == 0 && self->log)
        err = hob_metrics_add(self->metrics, expose_lost_lines, self->log);
    if (err == 0)
        err = hob_metrics_add(self->metrics, expose_build, NULL);
    if (err == 0 && self->worker)
        err = hob_metrics_join(self->metrics, service->metrics, self->worker->number - 1);
    return err;
}

static int observe(struct process *self)
{
    int err = hob_server_observe(self->server, hob_metrics_observe, self->metrics);
    if (err == 0 && self->log)
        err = hob_server_observe(self->server, hob_access_log_observe, self->log);
    self->service->kitchen->server = self->server;
    hob_metrics_set_server(self->metrics, self->server);
    return err;
}

/*
 * Servers.
 */

/* In hob_server_options 0 means the default, and less than 0 means none. */
static double grace_setting(double seconds)
{
    return seconds == 0 ? -1 : seconds;
}

static hob_server_options server_settings(struct process *self)
{
    struct service *service = self->service;
    const struct options *options = service->options;
    hob_server_options settings = options->server;
    settings.handler = hob_router_handle;
#ifdef HOB_HTTP2
    settings.http2 = hob_http2();
#endif
    if (options->tls.redirect || options->tls.hsts > 0)
        settings.handler = serve_securely;
    settings.context = service;
    settings.router = service->router;
    settings.sockets = service->sockets.fds;
    settings.socket_count = service->sockets.count;
    settings.socket_files = service->sockets.files;
    settings.tls = service->socket_tls;
    settings.shared = service->sockets.shared;
    settings.handle_signals = !self->worker;
    settings.accept_batch = self->worker ? 1 : 0;
    settings.request_ids = self->log != NULL;
    settings.grace = grace_setting(settings.grace);
    settings.idle_grace = grace_setting(settings.idle_grace);
    return settings;
}

/* Operators and their tools are few. */
#define ADMIN_CONNECTION_LIMIT 64

/* Seconds: when the first server has ended, requests of operators are not worth a longer wait. */
#define ADMIN_GRACE    1
#define ADMIN_NO_GRACE (-1.0)

/* With the time-outs of the first server. */
static int open_admin_server(struct process *self, hob_server_options settings)
{
    const struct sockets *sockets = &self->service->sockets;
    int err = routes_for_operators(self->service->kitchen, &self->admin_router);
    if (err < 0)
        return err;
    settings.handler = hob_router_handle;
    settings.router = self->admin_router;
    settings.tls = NULL;
    settings.sockets = &sockets->admin;
    settings.socket_files = &sockets->admin_file;
    settings.socket_count = 1;
    settings.shared = false;
    settings.handle_signals = false;
    settings.proxy_protocol = false;
    settings.connection_limit = ADMIN_CONNECTION_LIMIT;
    settings.drain_delay = 0;
    settings.grace = ADMIN_GRACE;
    settings.idle_grace = ADMIN_NO_GRACE;
    return hob_server_open(&settings, &self->admin);
}

/* Returns 0 or a negative errno; close_servers() is to be called in either case. */
static int open_servers(struct process *self)
{
    hob_server_options settings = server_settings(self);
    int err = open_metrics(self);
    if (err == 0)
        err = hob_server_open(&settings, &self->server);
    if (err == 0 && self->service->sockets.admin >= 0)
        err = open_admin_server(self, settings);
    return err < 0 ? err : observe(self);
}

static void close_servers(struct process *self)
{
    hob_server_close(self->server);
    hob_server_close(self->admin);
    hob_router_free(self->admin_router);
    hob_metrics_free(self->metrics);
}

/* Stops both servers, and leaves the clients in their accept queues to other processes. */
static void leave(const struct process *self)
{
    if (self->admin)
        hob_server_leave(self->admin);
    hob_server_leave(self->server);
}

/*
 * Coroutines.
 */

/* Reports to the parent that this process serves, if the parent awaits that. */
static int report_ready(void *arg)
{
    struct process *self = arg;
    int *ready = &self->service->sockets.ready;
    hob_yield(); /* until the server accepts */
    if (self->worker)
        child_report(*ready);
    else
        child_report_last(ready);
    return 0;
}

static int await_restart(void *arg)
{
    struct process *self = arg;
    int err = restart_await(&self->restart, self->server);
    if (err == 0)
        leave(self);
    return err;
}

static int obey_supervisor(void *arg)
{
    struct process *self = arg;
    int order;
    while ((order = worker_await_order(self->worker)) > 0) {
        if (order == WORKER_LEAVE)
            leave(self);
        else
            hob_server_stop(self->server);
    }
    return order;
}

static int serve(void *arg)
{
    struct process *self = arg;
    hob_stall_limit(self->service->options->stall_limit);
    hob_future *server = hob_server_start(self->server);
    hob_future *admin = self->admin ? hob_server_start(self->admin) : NULL;
    hob_async(report_ready, self);
    hob_metrics_start(self->metrics);
    if (self->worker) {
        hob_async(obey_supervisor, self);
    } else {
        hob_async(await_restart, self);
        hob_async(notify_watch, &self->notifier);
    }
    if (options_use_hangups(self->service->options))
        hob_async(hangup_watch, &self->hangup);
    if (self->service->options->tls.certificates.count > 0)
        hob_async(tls_watch, &self->service->tls);
    hob_async(orders_cook, self->service->kitchen);
    int err = hob_await(server);
    if (admin) {
        hob_server_stop(self->admin); /* last, so that operators see how the first server ends */
        hob_await(admin);
    }
    return err;
}

/*
 * Processes.
 */

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

/* Returns false after a message. */
static bool open_client(struct process *self)
{
    struct service *service = self->service;
    bool opened = upstreams_open(service->options, service->tls.client, &self->client);
    service->kitchen->client = self->client;
    return opened;
}

/* Returns the exit status. */
static int process_run(struct process *self)
{
    bool opened = open_access_log(self->service->options, &self->log) && open_client(self);
    int err = opened ? open_servers(self) : -ENOENT;
    if (err == 0) {
        if (!self->worker)
            sockets_print(&self->service->sockets);
        self->notifier.server = self->server;
        self->hangup = (struct hangup){
            .log = options_log_to_file(self->service->options) ? self->log : NULL,
            .tls = &self->service->tls,
            .notifier = self->worker ? NULL : &self->notifier,
            .report = self->worker ? self->service->sockets.ready : -1,
        };
        err = hob_block_on(serve, self);
    }
    close_servers(self);
    if (opened && err < 0)
        fprintf(stderr, "hob: the server failed: %s\n", strerror(-err));
    hob_client_free(self->client);
    hob_access_log_close(self->log);
    return err < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static void init_notifier(struct notifier *notifier, const struct service *service)
{
    const hob_server_options *server = &service->options->server;
    notify_init(notifier, service->sockets.ready >= 0, server->drain_delay + server->grace);
}

static int run_alone(struct service *service)
{
    struct process self = {.service = service};
    /* Children of other processes are left to process 1; the kernel reaps them then. */
    signal(SIGCHLD, getpid() == 1 ? SIG_IGN : SIG_DFL);
    init_notifier(&self.notifier, service);
    self.restart = (struct restart){
        .argv = service->argv,
        .sockets = &service->sockets,
        .notifier = &self.notifier,
        .process = CHILD_NONE,
    };
    restart_block_signal(&self.restart);
    return process_run(&self);
}

static int run_as_worker(struct worker *worker, void *arg)
{
    struct service *service = arg;
    struct process self = {.service = service, .worker = worker};
    service->kitchen->worker = worker->number;
    service->kitchen->workers = worker->count;
    return process_run(&self);
}

static int run_workers(struct service *service)
{
    struct notifier notifier;
    struct supervisor_options options = {
        .workers = service->options->workers,
        .argv = service->argv,
        .sockets = &service->sockets,
        .notifier = &notifier,
        .passes_hangups = options_use_hangups(service->options),
        .run_worker = run_as_worker,
        .context = service,
    };
    init_notifier(&notifier, service);
    hob_log(
        HOB_LOG_WARN, "each of the %zu workers has a kitchen of its own; the page shows one",
        options.workers);
    return supervisor_run(&options);
}

static int run_with_workers(struct service *service)
{
    hob_access_log *log;
    if (!open_access_log(service->options, &log)) /* only a test: each worker opens its own */
        return EXIT_FAILURE;
    hob_access_log_close(log);
    service->metrics = hob_metrics_group_new(service->options->workers);
    if (!service->metrics) {
        fprintf(stderr, "hob: the workers cannot share their metrics: %s\n", strerror(ENOMEM));
        return EXIT_FAILURE;
    }
    int status = run_workers(service);
    hob_metrics_group_free(service->metrics);
    return status;
}

int service_run(struct service *service)
{
    for (size_t i = 0; i < service->sockets.count; i++)
        service->socket_tls[i] = service->sockets.https[i] ? service->tls.server : NULL;
    return service->options->workers > 1 ? run_with_workers(service) : run_alone(service);
}
