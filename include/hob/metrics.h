/*
 * hob/metrics.h: what a server does, in numbers that Prometheus and its like collect.
 *
 *     hob_metrics *metrics = hob_metrics_new();
 *     ... hob_server_open(&options, &server) ...
 *     hob_server_observe(server, hob_metrics_observe, metrics);
 *     hob_metrics_of_server(metrics, server);
 *     hob_block_on(run, ...);    where hob_async(hob_metrics_sample, metrics) runs beside it
 *
 * and a handler that answers GET /metrics by hob_metrics_reply(). docs/metrics.md lists what is
 * told. All functions are called on the thread that runs the server.
 */
#ifndef HOB_METRICS_H
#define HOB_METRICS_H

#include <stddef.h>

#include "hob/server.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Counts what a server does, and writes it as Prometheus reads it. */
typedef struct hob_metrics hob_metrics;

/* NULL when out of memory. Free it when the server is closed. */
hob_metrics *hob_metrics_new(void);

/* NULL is ignored. */
void hob_metrics_free(hob_metrics *metrics);

/*
 * For hob_server_observe(), with a hob_metrics as its context: counts requests by the
 * pattern of their route, method and status, and how long they took by the route. Requests without
 * a route are those of the route "other", and so are those of the patterns that come after the
 * first 2,000, so that the number of series has an end. Patterns must live as long as the metrics.
 * What there is no memory to count is left out.
 */
void hob_metrics_observe(void *metrics, const hob_exchange *exchange);

/*
 * The server whose connections, bytes and rejects are among the metrics (see hob_server_count()),
 * and whose requests' stacks are measured (see hob_server_measure_stack()). NULL is none. It must
 * be open while hob_metrics_sample() runs and for each hob_metrics_reply().
 */
void hob_metrics_of_server(hob_metrics *metrics, hob_server *server);

/*
 * A coroutine, to be run beside the server: ten times a second it measures how late the loop is,
 * that is how long what is ready has to wait for its turn. Returns -ECANCELED when it is cancelled.
 */
int hob_metrics_sample(void *metrics);

/*
 * Replies with all numbers: in OpenMetrics 1.0 if the request's Accept prefers that, else in the
 * text format 0.0.4 of Prometheus. A page of more than 64 KiB is a stream (see hob_stream()), and
 * is made in steps of about a millisecond, between which other coroutines run. Returns 0, or as
 * hob_reply(), hob_stream() and hob_send().
 */
int hob_metrics_reply(const hob_metrics *metrics, hob_request *req, hob_response *res);

/*
 * Several processes that serve as one: the one that is asked replies with the numbers of all.
 *
 *     hob_metrics_group *group = hob_metrics_group_new(4);
 *     ... fork() four times; in the third ...
 *     hob_metrics_join(metrics, group, 2);
 *
 * Each of them publishes its numbers once a second, while hob_metrics_sample() runs, and whenever
 * it is asked. What a process has published is kept when it dies, and added to the numbers of the
 * one that joins in its place, so that counters never go down. Gauges are added up as well; of
 * infos and start times there is one.
 *
 * A process can publish up to 4 MiB, which is enough for 2,000 routes. A process with more serves
 * its own numbers alone, logs that once, and counts it in hob_metrics_unpublished_total, which the
 * pages of all processes have.
 */

/* Such a group, in memory that its processes share. */
typedef struct hob_metrics_group hob_metrics_group;

/* For so many processes, which are forked later. NULL when out of memory. */
hob_metrics_group *hob_metrics_group_new(size_t processes);

/* Frees what this process has of it. NULL is ignored. */
void hob_metrics_group_free(hob_metrics_group *group);

/*
 * Joins as the process with this number, from 0 on, which no other one that is alive may have. The
 * group must live as long as the metrics. Returns 0 or -ENOMEM.
 */
int hob_metrics_join(hob_metrics *metrics, hob_metrics_group *group, size_t process);

/*
 * Numbers of one's own.
 *
 *     static void tell_cups(hob_exposition *out, void *kitchen)
 *     {
 *         static const hob_metric cups = {
 *             .name = "tea_cups", .type = HOB_METRIC_COUNTER, .help = "Cups of tea that were
 * served."}; hob_metrics_put(out, &cups, ((struct kitchen *)kitchen)->cups);
 *     }
 *
 * With hob_metrics_add(metrics, tell_cups, kitchen) that is "tea_cups_total 3".
 */

/* A page that is being written. */
typedef struct hob_exposition hob_exposition;

/* Writes metrics; called for each hob_metrics_reply(). Must not wait. */
typedef void hob_metrics_source(hob_exposition *out, void *context);

/* Returns 0 or -ENOMEM. The context must live as long as the metrics. */
int hob_metrics_add(hob_metrics *metrics, hob_metrics_source *source, void *context);

/* What becomes of its value. */
typedef enum {
    HOB_METRIC_COUNTER, /* grows; "_total" is added to its name */
    HOB_METRIC_GAUGE,   /* goes up and down */
    HOB_METRIC_INFO,    /* is 1, and its labels tell; "_info" is added to its name */
    HOB_METRIC_PEAK,    /* a gauge; of several processes the greatest value counts */
} hob_metric_type;

/* A name is letters, digits and "_", and stands for one metric of the page only. */
typedef struct {
    const char *name;     /* without the ending that its type adds */
    hob_metric_type type; /* what becomes of its value */
    const char *unit; /* "seconds" or "bytes", with which the name ends then; NULL if it has none */
    const char *help; /* a sentence */
} hob_metric;

/* Tells a value of a metric from its others. */
typedef struct {
    const char *name;  /* as that of a metric, and not "le" */
    const char *value; /* any text; what is special in it is escaped */
} hob_label;

/* Writes a metric that has one value and no labels. */
void hob_metrics_put(hob_exposition *out, const hob_metric *metric, double value);

/*
 * The same in two steps, for one that has a value for each combination of its labels: the beginning
 * of the metric, then its values, none of them twice.
 */
void hob_metrics_begin(hob_exposition *out, const hob_metric *metric);
void hob_metrics_value(hob_exposition *out, const hob_label *labels, size_t count, double value);

#ifdef __cplusplus
}
#endif

#endif
