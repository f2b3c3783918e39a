/*
 * Metrics as a buffer of records, which processes can copy to each other. A record is a family (the
 * name, type, unit and help of a metric) or a sample: a value or a histogram of the last family
 * before it. metrics_text.h writes them as text.
 */
#ifndef HOB_OBSERVE_EXPOSITION_H
#define HOB_OBSERVE_EXPOSITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "histogram.h"
#include "hob/metrics.h"

enum record_kind {
    /* Families. */
    RECORD_COUNTERS = HOB_METRIC_COUNTER,
    RECORD_GAUGES = HOB_METRIC_GAUGE,
    RECORD_INFOS = HOB_METRIC_INFO,
    RECORD_PEAKS = HOB_METRIC_PEAK,
    RECORD_HISTOGRAMS,
    /* Samples. */
    RECORD_VALUE,
    RECORD_HISTOGRAM,
};

struct record {
    uint32_t size;     /* bytes to the next record, a multiple of 8 */
    uint32_t kind;     /* enum record_kind */
    double value;      /* of a histogram, its sum; of a family, 0 */
    uint64_t counts[]; /* of a histogram, HISTOGRAM_BOUNDS + 1, otherwise none; then the text */
};

static inline bool record_is_family(const struct record *record)
{
    return record->kind <= RECORD_HISTOGRAMS;
}

/*
 * The text of a family: its name, unit ("" if it has none) and help, each ended by NUL. The text of
 * a sample: its labels as both text formats write them, without braces: "a=\"1\",b=\"2\"".
 */
static inline const char *record_text(const struct record *record)
{
    size_t counts = record->kind == RECORD_HISTOGRAM ? HISTOGRAM_BOUNDS + 1 : 0;
    return (const char *)(record->counts + counts);
}

struct hob_exposition {
    unsigned char *bytes; /* malloc()'s: aligned for records */
    size_t size;
    size_t capacity;
    bool out_of_memory; /* a record could not be added */
};

/* All zero is an empty exposition. It can be used again when it was freed. */
void exposition_free(hob_exposition *self);

/* Adds a family whose samples are histograms of seconds. */
void exposition_begin_histogram(hob_exposition *self, const char *name, const char *help);

/* Adds a histogram, with a label unless that is NULL. */
void exposition_histogram(
    hob_exposition *self, const struct histogram *histogram, const hob_label *label);

/* Adds a copy of records of another exposition. */
void exposition_append(hob_exposition *self, const void *records, size_t size);

/*
 * Adds the metrics of the process, with the names that Prometheus' client libraries give them. A
 * metric that the system does not provide, such as without /proc, is left out. `start_time` is
 * process_start_time().
 */
void exposition_add_process(hob_exposition *self, double start_time);

/* When the process started, in seconds of UTC since 1970; NAN if that is not known. */
double process_start_time(void);

#endif
