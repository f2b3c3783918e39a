/*
 * Writes metrics as text, in one of two similar formats:
 *
 *  - Prometheus 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats), which all collectors
 *    of metrics read,
 *  - OpenMetrics 1.0 (github.com/prometheus/OpenMetrics), which adds units, the type info and an
 *    end mark, which a truncated page does not have.
 */
#ifndef HOB_OBSERVE_METRICS_TEXT_H
#define HOB_OBSERVE_METRICS_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "sum.h"

enum { METRICS_TEXT_STEP = 64 * 1024 }; /* bytes: less than a millisecond of work */

/* A page that is written in steps. Set the first two members; the others begin as 0. */
struct metrics_text {
    FILE *out;
    bool open_metrics;
    const struct sum_entry *family; /* of the series that was written last */
    const struct sum_entry *series;
    bool begun;
};

/*
 * Writes the next series of a sum, up to METRICS_TEXT_STEP bytes and the end of a series. Returns
 * whether there are more. If not, the page is complete.
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
