#include "hob/metrics.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hob/log.h"
#include "hob/trace.h"
#include "metrics_text.h"
#include "requests.h"
#include "shared_metrics.h"
#include "sum.h"

#define SAMPLE_PERIOD           0.1 /* seconds */
#define SAMPLES_PER_PUBLICATION 10

struct source {
    hob_metrics_source *expose;
    void *context;
    struct source *next;
};

struct hob_metrics {
    struct requests requests;
    struct histogram lag;
    double start_time;      /* of the process: read once, since it must not change with the clock */
    hob_server *server;     /* NULL if there is none */
    struct source *sources; /* in the order in which they were added */
    hob_metrics_group *group; /* NULL if this process serves alone */
    int published;            /* the last result of publishing: 0 or a negative errno */
};

hob_metrics *hob_metrics_new(void)
{
    hob_metrics *self = calloc(1, sizeof(*self));
    if (!self)
        return NULL;
    requests_init(&self->requests);
    self->start_time = process_start_time();
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
    **end = (struct source){.expose = source, .context = context};
    return 0;
}

void hob_metrics_set_server(hob_metrics *metrics, hob_server *server)
{
    metrics->server = server;
}

void hob_metrics_observe(void *metrics, const hob_exchange *exchange)
{
    requests_add(&((hob_metrics *)metrics)->requests, exchange);
}

/*
 * The metrics of this process.
 */

static void expose_rejects(hob_exposition *out, const hob_server_counts *counts)
{
    static const hob_metric rejects = {
        .name = "hob_http_rejects",
        .type = HOB_METRIC_COUNTER,
        .help = "Requests and connections that were rejected, by reason."};
    hob_metrics_begin(out, &rejects);
    for (hob_reject reason = 0; reason < HOB_REJECT_COUNT; reason++) {
        const hob_label label = {"reason", hob_reject_name(reason)};
        hob_metrics_value(out, &label, 1, (double)counts->rejects[reason]);
    }
}

static void expose_server(hob_exposition *out, const hob_server *server)
{
    static const hob_metric serving = {
        .name = "hob_http_requests_in_progress",
        .type = HOB_METRIC_GAUGE,
        .help = "Connections on which a request is in progress."};
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
    expose_rejects(out, &counts);
}

static void expose_runtime(hob_exposition *out)
{
    static const hob_metric coroutines = {
        .name = "hob_coroutines",
        .type = HOB_METRIC_GAUGE,
        .help = "Coroutines that have not ended, the one that serves this page included."};
    static const hob_metric ready = {
        .name = "hob_coroutines_ready",
        .type = HOB_METRIC_GAUGE,
        .help = "Coroutines that are ready to run."};
    static const hob_metric stacks = {
        .name = "hob_stacks",
        .type = HOB_METRIC_GAUGE,
        .help = "Stacks that are mapped, in use or kept for later coroutines."};
    static const hob_metric switches = {
        .name = "hob_coroutine_switches",
        .type = HOB_METRIC_COUNTER,
        .help = "Switches to a coroutine."};
    static const hob_metric running = {
        .name = "hob_coroutine_running_seconds",
        .type = HOB_METRIC_COUNTER,
        .unit = "seconds",
        .help = "Seconds that coroutines ran; measured only while the kitchen page is open or a "
                "trace is recorded."};
    static const hob_metric stalls = {
        .name = "hob_stalls",
        .type = HOB_METRIC_COUNTER,
        .help = "How often a coroutine blocked the thread for longer than the limit."};
    hob_trace_totals totals;
    hob_trace_count(&totals);
    hob_metrics_put(out, &coroutines, (double)totals.coroutines);
    hob_metrics_put(out, &ready, (double)totals.ready);
    hob_metrics_put(out, &stacks, (double)totals.stacks);
    hob_metrics_put(out, &switches, (double)totals.switches);
    hob_metrics_put(out, &running, totals.running);
    hob_metrics_put(out, &stalls, (double)hob_stall_count());
}

static void expose_all(const hob_metrics *self, hob_exposition *out)
{
    requests_expose(&self->requests, out);
    if (self->server)
        expose_server(out, self->server);
    expose_runtime(out);
    exposition_begin_histogram(
        out, "hob_loop_lag_seconds", "Delay of a timer by the loop, measured ten times a second.");
    exposition_histogram(out, &self->lag, NULL);
    exposition_add_process(out, self->start_time);
    for (const struct source *source = self->sources; source; source = source->next)
        source->expose(source->context, out);
}

/*
 * The reply.
 */

/* Records the metrics of this process, and publishes them. Returns 0, -ENOMEM or -EMSGSIZE. */
static int record_own(const hob_metrics *self, hob_exposition *out)
{
    expose_all(self, out);
    if (self->group)
        return shared_metrics_publish(self->group, out);
    return out->out_of_memory ? -ENOMEM : 0;
}

/* Records the metrics of all processes, or of this one only if it cannot publish its own. */
static int record_all(const hob_metrics *self, hob_exposition *out)
{
    static const hob_metric unpublished = {
        .name = "hob_metrics_unpublished",
        .type = HOB_METRIC_COUNTER,
        .help = "How often a worker could not publish its metrics, because they were too large. It "
                "then serves its own metrics only, and other workers serve its old ones."};
    int err = record_own(self, out);
    if (!self->group)
        return err;
    if (err == 0)
        err = shared_metrics_read_others(self->group, out);
    hob_metrics_put(out, &unpublished, (double)shared_metrics_unpublished(self->group));
    return out->out_of_memory ? -ENOMEM : err == -EMSGSIZE ? 0 : err;
}

/* Yields between two steps, since thousands of routes take milliseconds. */
static int sum_up(const hob_exposition *records, struct sum *sum)
{
    size_t at = 0;
    int more;
    while ((more = sum_step(sum, records, &at)) > 0) {
        int err = hob_sleep(0);
        if (err < 0)
            return err;
    }
    return more;
}

/* The text of one step. */
struct piece {
    char *bytes; /* malloc()'s */
    size_t size;
    bool more; /* pieces follow */
};

/* Frees the piece and writes the next one. Returns 0 or -ENOMEM. */
static int write_piece(struct metrics_text *text, const struct sum *sum, struct piece *piece)
{
    free(piece->bytes);
    piece->bytes = NULL;
    text->out = open_memstream(&piece->bytes, &piece->size);
    if (!text->out)
        return -ENOMEM;
    piece->more = metrics_text_step(text, sum);
    bool failed = ferror(text->out);
    return fclose(text->out) != 0 || failed ? -ENOMEM : 0;
}

/* The content depends on the time and on Accept. */
static int add_headers(hob_response *res)
{
    int err = hob_response_add_header(res, "Cache-Control", "no-store");
    return err < 0 ? err : hob_response_add_header(res, "Vary", "Accept");
}

/* Sends the first piece and those that follow. */
static int stream_text(
    struct metrics_text *text, const struct sum *sum, hob_response *res, struct piece *piece)
{
    int err = hob_stream(res, 200, metrics_text_type(text->open_metrics));
    while (err == 0) {
        err = hob_send(res, piece->bytes, piece->size);
        if (err < 0 || !piece->more)
            break;
        err = hob_sleep(0);
        if (err == 0)
            err = write_piece(text, sum, piece);
    }
    return err;
}

/* A page of one piece, as nearly always, is a response of known length. */
static int reply_text(const struct sum *sum, hob_request *req, hob_response *res)
{
    const char *accept;
    int err = hob_request_header_list(req, "Accept", &accept);
    if (err < 0)
        return err;
    struct metrics_text text = {.open_metrics = metrics_text_wants_open_metrics(accept)};
    const char *type = metrics_text_type(text.open_metrics);
    struct piece piece = {.bytes = NULL};
    err = add_headers(res);
    if (err == 0)
        err = write_piece(&text, sum, &piece);
    if (err == 0 && !piece.more)
        err = hob_reply(res, 200, type, piece.bytes, piece.size);
    else if (err == 0)
        err = stream_text(&text, sum, res, &piece);
    free(piece.bytes);
    return err;
}

int hob_metrics_reply(const hob_metrics *metrics, hob_request *req, hob_response *res)
{
    hob_exposition records = {.bytes = NULL};
    struct sum *sum = sum_new();
    int err = sum ? record_all(metrics, &records) : -ENOMEM;
    if (err == 0)
        err = sum_up(&records, sum);
    if (err == 0)
        err = reply_text(sum, req, res);
    sum_free(sum);
    exposition_free(&records);
    return err;
}

/*
 * Groups and sampling.
 */

int hob_metrics_join(hob_metrics *metrics, hob_metrics_group *group, size_t process)
{
    metrics->group = group;
    return shared_metrics_join(group, process);
}

/* Logs the first of several failures in a row. */
static void publish(hob_metrics *self)
{
    hob_exposition own = {.bytes = NULL};
    int err = record_own(self, &own);
    exposition_free(&own);
    if (err < 0 && self->published >= 0)
        hob_log(
            HOB_LOG_WARN,
            "the metrics of this process cannot be published to the other workers: %s",
            strerror(-err));
    self->published = err;
}

static void record_stack(void *metrics, const char *route, size_t used, size_t size)
{
    requests_record_stack(&((hob_metrics *)metrics)->requests, route, used, size);
}

/* A timer is never early; its delay is the time that the loop needed for other work. */
static int sample(void *metrics)
{
    hob_metrics *self = metrics;
    double due = hob_now() + SAMPLE_PERIOD;
    int err;
    for (unsigned count = 0; (err = hob_sleep(SAMPLE_PERIOD)) == 0; count++) {
        double now = hob_now();
        histogram_add(&self->lag, fmax(now - due, 0));
        due = now + SAMPLE_PERIOD;
        if (self->server)
            hob_server_measure_stack(self->server, record_stack, self);
        if (self->group && count % SAMPLES_PER_PUBLICATION == 0)
            publish(self);
    }
    if (self->group)
        publish(self);
    return err;
}

hob_future *hob_metrics_start(hob_metrics *metrics)
{
    return hob_async_named("hob_metrics", sample, metrics);
}
