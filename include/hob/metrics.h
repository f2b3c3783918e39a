/*
 * hob/metrics.h: metrics of a server, for Prometheus and other collectors.
 *
 *     hob_metrics *metrics = hob_metrics_new();
 *     ... hob_server_open(&options, &server) ...
 *     hob_server_observe(server, hob_metrics_observe, metrics);
 *     hob_metrics_set_server(metrics, server);
 *     hob_block_on(run, ...);    which calls hob_metrics_start(metrics) and hob_server_run(server)
 *
 * A handler of GET /metrics calls hob_metrics_reply(). docs/metrics.md lists the metrics. All
 * functions are called on the thread that runs the server.
 */
#ifndef HOB_METRICS_H
#define HOB_METRICS_H

#include <stddef.h>

#include "hob/server.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The metrics of a process. */
typedef struct hob_metrics hob_metrics;

/* Returns NULL when out of memory. Free it after the server is closed. */
hob_metrics *hob_metrics_new(void);

/* NULL is ignored. */
void hob_metrics_free(hob_metrics *metrics);

/*
 * An observer for hob_server_observe(), with a hob_metrics as its context. Counts requests by the
 * pattern of their route, method and status, and measures their duration by route. Requests without
 * a route, and those of patterns after the first 2,000, count as the route "other", so the number
 * of series is limited. Patterns must live as long as the metrics. A request is not counted when
 * out of memory.
 */
void hob_metrics_observe(void *metrics, const hob_exchange *exchange);

/*
 * Sets the server whose connections, bytes and rejects are among the metrics (hob_server_count()),
 * and whose requests' stacks are measured (hob_server_measure_stack()); NULL is none. The server
 * must be open while the coroutine of hob_metrics_start() runs and for each hob_metrics_reply().
 */
void hob_metrics_set_server(hob_metrics *metrics, hob_server *server);

/*
 * Starts a coroutine that samples beside the server: ten times a second it measures the lag of the
 * loop, how long a coroutine that is ready waits until it runs. It ends with -ECANCELED when it is
 * cancelled, as when its maker returns. NULL when out of memory.
 */
hob_future *hob_metrics_start(hob_metrics *metrics);

/*
 * Replies with all metrics: in OpenMetrics 1.0 if the request's Accept prefers that, otherwise in
 * the text format 0.0.4 of Prometheus. A page of more than 64 KiB is a stream (hob_stream()) that
 * is written in steps of about a millisecond, and other coroutines run between two steps. Returns
 * 0, or as hob_reply(), hob_stream() and hob_send().
 */
int hob_metrics_reply(const hob_metrics *metrics, hob_request *req, hob_response *res);

/*
 * Several processes of one server: each of them replies with the metrics of all.
 *
 *     hob_metrics_group *group = hob_metrics_group_new(4);
 *     ... fork() four times; in the third ...
 *     hob_metrics_join(metrics, group, 2);
 *
 * Each process publishes its metrics once a second, while the coroutine of hob_metrics_start()
 * runs, and for each reply. When a process dies, the counters that it has published are kept and
 * added to those of the process that joins in its place, so counters never decrease. The values of
 * gauges are added too; an info has one value, a peak the greatest and a start time the least one.
 *
 * A process can publish up to 4 MiB, which is enough for 2,000 routes. A process with more serves
 * its own metrics only, logs that once, and counts it in hob_metrics_unpublished_total, which all
 * processes serve.
 */

/* A group of processes, in memory that they share. */
typedef struct hob_metrics_group hob_metrics_group;

/* Makes a group of `processes`, which are forked later. Returns NULL when out of memory. */
hob_metrics_group *hob_metrics_group_new(size_t processes);

/* Frees the group in this process only. NULL is ignored. */
void hob_metrics_group_free(hob_metrics_group *group);

/*
 * Joins the group as the process with this number, from 0 on, which no other living process may
 * have. The group must live as long as the metrics. Returns 0 or -ENOMEM.
 */
int hob_metrics_join(hob_metrics *metrics, hob_metrics_group *group, size_t process);

/*
 * Metrics of the program.
 *
 *     static void expose_cups(void *kitchen, hob_exposition *out)
 *     {
 *         static const hob_metric cups = {
 *             .name = "tea_cups", .type = HOB_METRIC_COUNTER, .help = "Cups of tea served."};
 *         hob_metrics_put(out, &cups, ((struct kitchen *)kitchen)->cups);
 *     }
 *
 * After hob_metrics_add(metrics, expose_cups, kitchen) the page has "tea_cups_total 3".
 */

/* The metrics that a reply has so far. */
typedef struct hob_exposition hob_exposition;

/*
 * Adds metrics to a reply. Called for each hob_metrics_reply(), with the context of
 * hob_metrics_add(); must not wait.
 */
typedef void hob_metrics_source(void *context, hob_exposition *out);

/* Adds a source. Its context must live as long as the metrics. Returns 0 or -ENOMEM. */
int hob_metrics_add(hob_metrics *metrics, hob_metrics_source *source, void *context);

/* The type of a metric. */
typedef enum {
    HOB_METRIC_COUNTER, /* a number that only grows; "_total" is added to its name */
    HOB_METRIC_GAUGE,   /* a number that grows and shrinks */
    HOB_METRIC_INFO,    /* always 1, for its labels; "_info" is added to its name */
    HOB_METRIC_PEAK,    /* a gauge; several processes report the greatest value */
} hob_metric_type;

/* A metric. Its name has letters, digits and "_", and is unique in the page. */
typedef struct {
    const char *name;     /* without the suffix of its type */
    hob_metric_type type; /* its type */
    const char *unit;     /* "seconds" or "bytes", and the name ends with it; NULL for none */
    const char *help;     /* a sentence */
} hob_metric;

/* Distinguishes the values of a metric. */
typedef struct {
    const char *name;  /* like that of a metric, but not "le" */
    const char *value; /* any text; it is escaped */
} hob_label;

/* Adds a metric with one value and no labels. */
void hob_metrics_put(hob_exposition *out, const hob_metric *metric, double value);

/*
 * Adds a metric with a value for each combination of labels: first the metric, then its values with
 * different labels.
 */
void hob_metrics_begin(hob_exposition *out, const hob_metric *metric);
void hob_metrics_value(hob_exposition *out, const hob_label *labels, size_t count, double value);

#ifdef __cplusplus
}
#endif

#endif
