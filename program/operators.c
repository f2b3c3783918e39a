#include "operators.h"

#include <errno.h>

#include "handlers/metrics.h"
#include "handlers/routes.h"

/* Their tools are few. */
#define CONNECTION_LIMIT 64

/* Seconds: when the last guest has gone, nobody waits for somebody who only looks. */
#define GRACE    1
#define NO_GRACE (-1.0)

static void tell_build(hob_exposition *out, void *unused)
{
    static const hob_metric build = {
        .name = "hob_build", .type = HOB_METRIC_INFO, .help = "The version of hob."};
    static const hob_label version = {"version", HOB_VERSION};
    (void)unused;
    hob_metrics_begin(out, &build);
    hob_metrics_value(out, &version, 1, 1);
}

static void tell_lost_lines(hob_exposition *out, void *log)
{
    static const hob_metric lost = {
        .name = "hob_access_log_lost_lines",
        .type = HOB_METRIC_COUNTER,
        .help = "Lines of the access log that were lost, since it was not written fast enough."};
    hob_metrics_put(out, &lost, (double)hob_access_log_lost(log));
}

static int add_sources(struct operators *self)
{
    int err = hob_metrics_add(self->metrics, kitchen_metrics, self->kitchen);
    if (err == 0 && self->log)
        err = hob_metrics_add(self->metrics, tell_lost_lines, self->log);
    return err < 0 ? err : hob_metrics_add(self->metrics, tell_build, NULL);
}

int operators_open(
    struct operators *self, struct kitchen *kitchen, hob_server_options *guests,
    hob_access_log *log)
{
    *self = (struct operators){.kitchen = kitchen, .metrics = hob_metrics_new(), .log = log};
    if (!self->metrics)
        return -ENOMEM;
    guests->request_ids = log != NULL;
    kitchen->metrics = self->metrics;
    return add_sources(self);
}

int operators_listen(
    struct operators *self, const hob_server_options *guests, const struct sockets *sockets)
{
    hob_server_options settings = *guests;
    int err = routes_for_operators(self->kitchen, &self->router);
    if (err < 0)
        return err;
    settings.handler = hob_router_handle;
    settings.router = self->router;
    settings.sockets = &sockets->admin;
    settings.socket_files = &sockets->admin_file;
    settings.socket_count = 1;
    settings.shared = false;
    settings.handle_signals = false;
    settings.connection_limit = CONNECTION_LIMIT;
    settings.drain_delay = 0;
    settings.grace = GRACE;
    settings.idle_grace = NO_GRACE;
    return hob_server_open(&settings, &self->server);
}

int operators_watch(struct operators *self, hob_server *server)
{
    int err = hob_server_observe(server, hob_metrics_observe, self->metrics);
    if (err == 0 && self->log)
        err = hob_server_observe(server, hob_access_log_observe, self->log);
    self->kitchen->server = server;
    hob_metrics_of_server(self->metrics, server);
    return err;
}

void operators_close(struct operators *self)
{
    hob_server_close(self->server);
    hob_router_free(self->router);
    hob_metrics_free(self->metrics);
}
