/*
 * Metrics as text, in one of two formats that are nearly the same:
 *
 *  - Prometheus 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats), which all collectors
 *    of metrics understand,
 *  - OpenMetrics 1.0 (github.com/prometheus/OpenMetrics), which adds units, the type info and an
 *    end, so that a truncated page is recognised.
 */
#ifndef HOB_OBSERVE_METRICS_TEXT_H
#define HOB_OBSERVE_METRICS_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "sum.h"

enum { METRICS_TEXT_STEP = 64 * 1024 }; /* bytes: less than a millisecond of work */

/* A page that is being written. Set the first two; the others are 0 at first. */
struct metrics_text {
    FILE *out;
    bool open_metrics;
    const struct summed *family; /* of the series written last */
    const struct summed *series;
    bool begun;
};

/*
 * Writes the next series of a sum, until these take METRICS_TEXT_STEP bytes. Returns whether there
 * are more; the page is complete when there are none.
 */
bool metrics_text_step(struct metrics_text *self, const struct sum *sum);

/* The Content-Type of a format. */
const char *metrics_text_type(bool open_metrics);

/*
 * Whether a request with this Accept (RFC 9110 section 12.5.1; NULL if it has none) prefers
 * OpenMetrics to the other format.
 */
bool metrics_text_wants_open_metrics(const char *accept);

#endif
