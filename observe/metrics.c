#include "hob/metrics.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "exposition.h"
#include "hob/log.h"
#include "hob/trace.h"
#include "process.h"
#include "requests.h"
#include "shared_metrics.h"

#define SAMPLE_PERIOD           0.1 /* seconds */
#define SAMPLES_PER_PUBLICATION 10

struct source {
    hob_metrics_source *tell;
    void *context;
    struct source *next;
};

struct hob_metrics {
    struct requests requests;
    struct histogram lag;
    const hob_server *server; /* NULL if there is none */
    struct source *sources;   /* in the order in which they were added */
    hob_metrics_group *group; /* NULL if this process serves alone */
};

hob_metrics *hob_metrics_new(void)
{
    hob_metrics *self = calloc(1, sizeof(*self));
    if (self)
        requests_init(&self->requests);
    return self;
}

void hob_metrics_free(hob_metrics *metrics)
{
    if (!metrics)
        return;
    for (struct source *source = metrics->sources, *next; source; source = next) {
        next = source->next;
        free(source);
    }
    requests_free(&metrics->requests);
    free(metrics);
}

int hob_metrics_add(hob_metrics *metrics, hob_metrics_source *source, void *context)
{
    struct source **end = &metrics->sources;
    while (*end)
        end = &(*end)->next;
    *end = malloc(sizeof(**end));
    if (!*end)
        return -ENOMEM;
    **end = (struct source){.tell = source, .context = context};
    return 0;
}

void hob_metrics_of_server(hob_metrics *metrics, const hob_server *server)
{
    metrics->server = server;
}

void hob_metrics_observe(void *metrics, const hob_exchange *exchange)
{
    requests_add(&((hob_metrics *)metrics)->requests, exchange);
}

/*
 * Telling.
 */

static void tell_rejects(hob_exposition *out, const hob_server_counts *counts)
{
    static const hob_metric rejects = {
        .name = "hob_http_rejects",
        .type = HOB_METRIC_COUNTER,
        .help = "Clients that did not get what they came for, by the reason."};
    hob_metrics_begin(out, &rejects);
    for (hob_reject reason = 0; reason < HOB_REJECT_COUNT; reason++) {
        const hob_label label = {"reason", hob_reject_name(reason)};
        hob_metrics_value(out, &label, 1, (double)counts->rejects[reason]);
    }
}

static void tell_server(hob_exposition *out, const hob_server *server)
{
    static const hob_metric serving = {
        .name = "hob_http_requests_in_progress",
        .type = HOB_METRIC_GAUGE,
        .help = "Connections on which a request is being served."};
    static const hob_metric connections = {
        .name = "hob_http_connections",
        .type = HOB_METRIC_GAUGE,
        .help = "Connections that are open, idle ones included."};
    static const hob_metric accepted = {
        .name = "hob_http_connections_accepted",
        .type = HOB_METRIC_COUNTER,
        .help = "Connections that were accepted."};
    static const hob_metric received = {
        .name = "hob_http_received_bytes",
        .type = HOB_METRIC_COUNTER,
        .unit = "bytes",
        .help = "Bytes received from clients, with heads and framing."};
    static const hob_metric sent = {
        .name = "hob_http_sent_bytes",
        .type = HOB_METRIC_COUNTER,
        .unit = "bytes",
        .help = "Bytes sent to clients, with heads and framing."};
    hob_server_counts counts;
    hob_server_count(server, &counts);
    hob_metrics_put(out, &serving, (double)counts.serving);
    hob_metrics_put(out, &connections, (double)counts.connections);
    hob_metrics_put(out, &accepted, (double)counts.accepted);
    hob_metrics_put(out, &received, (double)counts.received);
    hob_metrics_put(out, &sent, (double)counts.sent);
    tell_rejects(out, &counts);
}

static void tell_runtime(hob_exposition *out)
{
    static const hob_metric coroutines = {
        .name = "hob_coroutines",
        .type = HOB_METRIC_GAUGE,
        .help = "Coroutines that are alive, the one that tells this included."};
    static const hob_metric ready = {
        .name = "hob_coroutines_ready",
        .type = HOB_METRIC_GAUGE,
        .help = "Coroutines that wait for nothing but their turn."};
    static const hob_metric stacks = {
        .name = "hob_stacks",
        .type = HOB_METRIC_GAUGE,
        .help = "Stacks that are mapped: those of coroutines, and those kept for more."};
    static const hob_metric switches = {
        .name = "hob_coroutine_switches",
        .type = HOB_METRIC_COUNTER,
        .help = "How often a coroutine got the thread."};
    static const hob_metric running = {
        .name = "hob_coroutine_running_seconds",
        .type = HOB_METRIC_COUNTER,
        .unit = "seconds",
        .help = "Seconds that coroutines had the thread while somebody watched the kitchen page or "
                "recorded a trace; else they are not measured."};
    static const hob_metric stalls = {
        .name = "hob_stalls",
        .type = HOB_METRIC_COUNTER,
        .help = "How often a coroutine kept the thread for longer than the limit."};
    hob_trace_totals totals;
    hob_trace_count(&totals);
    hob_metrics_put(out, &coroutines, (double)totals.coroutines);
    hob_metrics_put(out, &ready, (double)totals.ready);
    hob_metrics_put(out, &stacks, (double)totals.stacks);
    hob_metrics_put(out, &switches, (double)totals.switches);
    hob_metrics_put(out, &running, totals.running);
    hob_metrics_put(out, &stalls, (double)hob_stall_count());
}

static void tell_all(const hob_metrics *self, hob_exposition *out)
{
    static const char lag[] = "hob_loop_lag_seconds";
    requests_tell(&self->requests, out);
    if (self->server)
        tell_server(out, self->server);
    tell_runtime(out);
    exposition_begin_histogram(out, lag, "How late the loop was, measured ten times a second.");
    exposition_histogram(out, lag, &self->lag, NULL);
    process_metrics(out, NULL);
    for (const struct source *source = self->sources; source; source = source->next)
        source->tell(out, source->context);
    exposition_end(out);
}

/* What is told depends on the moment, and on Accept. */
static int add_headers(hob_response *res)
{
    int err = hob_response_header(res, "Cache-Control", "no-store");
    return err < 0 ? err : hob_response_header(res, "Vary", "Accept");
}

/* Ends a stream to memory. Returns 0, or -ENOMEM if not all of what was written is there. */
static int end_page(FILE *out)
{
    bool failed = ferror(out);
    return fclose(out) != 0 || failed ? -ENOMEM : 0;
}

/* This process's own numbers, as a string to be freed; NULL when out of memory. */
static char *write_own(const hob_metrics *self, bool open_metrics)
{
    char *text = NULL;
    size_t size;
    struct hob_exposition page = {
        .out = open_memstream(&text, &size), .open_metrics = open_metrics};
    if (!page.out)
        return NULL;
    tell_all(self, &page);
    if (end_page(page.out) == 0)
        return text;
    free(text);
    return NULL;
}

static enum metrics_format format_of(bool open_metrics)
{
    return open_metrics ? METRICS_OPEN_METRICS : METRICS_PROMETHEUS;
}

static int publish(const hob_metrics *self, bool open_metrics)
{
    char *own = write_own(self, open_metrics);
    int err = own ? shared_metrics_publish(self->group, format_of(open_metrics), own) : -ENOMEM;
    free(own);
    return err;
}

/* Those of all processes; as above. */
static char *write_sum(const hob_metrics *self, bool open_metrics)
{
    char *text = NULL;
    size_t size;
    int err = publish(self, open_metrics);
    FILE *out = err == 0 ? open_memstream(&text, &size) : NULL;
    if (!out)
        return NULL;
    err = shared_metrics_tell(self->group, format_of(open_metrics), out);
    if (end_page(out) == 0 && err == 0)
        return text;
    free(text);
    return NULL;
}

int hob_metrics_reply(const hob_metrics *metrics, hob_request *req, hob_response *res)
{
    struct hob_exposition page = {
        .open_metrics = exposition_wants_open_metrics(hob_request_header_list(req, "Accept"))};
    char *text = metrics->group ? write_sum(metrics, page.open_metrics)
                                : write_own(metrics, page.open_metrics);
    int err = text ? add_headers(res) : -ENOMEM;
    if (err == 0)
        err = hob_reply(res, 200, exposition_type(&page), text, strlen(text));
    free(text);
    return err;
}

/*
 * Meanwhile.
 */

int hob_metrics_join(hob_metrics *metrics, hob_metrics_group *group, size_t process)
{
    metrics->group = group;
    return shared_metrics_join(group, process);
}

static void publish_all(const hob_metrics *self)
{
    int err = publish(self, false);
    if (err == 0)
        err = publish(self, true);
    if (err < 0)
        hob_log(HOB_LOG_WARN, "the metrics of this process are not in the sum: %s", strerror(-err));
}

/* A timer is never early: what it is late by is what the loop had to do first. */
int hob_metrics_sample(void *metrics)
{
    hob_metrics *self = metrics;
    double due = hob_now() + SAMPLE_PERIOD;
    int err;
    for (unsigned sample = 0; (err = hob_sleep(SAMPLE_PERIOD)) == 0; sample++) {
        double now = hob_now();
        histogram_add(&self->lag, fmax(now - due, 0));
        due = now + SAMPLE_PERIOD;
        if (self->group && sample % SAMPLES_PER_PUBLICATION == 0)
            publish_all(self);
    }
    if (self->group)
        publish_all(self);
    return err;
}
