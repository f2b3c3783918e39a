/*
 * Metrics as text, in one of two formats that are nearly the same:
 *
 *  - Prometheus 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats), which all collectors
 *    of metrics understand,
 *  - OpenMetrics 1.0 (github.com/prometheus/OpenMetrics), which adds units, the type info and an
 *    end, so that a page that was cut off is known for one.
 */
#ifndef HOB_OBSERVE_EXPOSITION_H
#define HOB_OBSERVE_EXPOSITION_H

#include <stdbool.h>
#include <stdio.h>

#include "histogram.h"
#include "hob/metrics.h"

struct hob_exposition {
    FILE *out;
    bool open_metrics;
    const hob_metric *metric; /* that values are written of */
};

/* A metric of seconds; its name stands for itself. */
void exposition_begin_histogram(hob_exposition *self, const char *name, const char *help);
void exposition_histogram(
    hob_exposition *self, const char *name, const struct histogram *histogram,
    const hob_label *label); /* NULL if it has none */

void exposition_end(hob_exposition *self);

/* The page's Content-Type. */
const char *exposition_type(const hob_exposition *self);

/* Whether who sent this Accept (RFC 9110 section 12.5.1; NULL is none) is to get OpenMetrics. */
bool exposition_wants_open_metrics(const char *accept);

#endif
