/*
 * Metrics before they are text: a buffer of records, which processes can copy to each other. A
 * record is a family (the name, type, unit and help of a metric), or a sample of the family that
 * stands before it: a value or a histogram.
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
    double value;      /* the sum, if it is a histogram; 0 if it is a family */
    uint64_t counts[]; /* HISTOGRAM_BOUNDS + 1 if it is a histogram, else none; then the text */
};

static inline bool record_is_family(const struct record *record)
{
    return record->kind <= RECORD_HISTOGRAMS;
}

/*
 * Of a family: its name, unit ("" if it has none) and help, each ended by NUL. Of a sample: its
 * labels as both text formats write them, without braces: "a=\"1\",b=\"2\"".
 */
static inline const char *record_text(const struct record *record)
{
    size_t counts = record->kind == RECORD_HISTOGRAM ? HISTOGRAM_BOUNDS + 1 : 0;
    return (const char *)(record->counts + counts);
}

struct hob_exposition {
    unsigned char *bytes; /* malloc()'s, so that records are aligned */
    size_t size;
    size_t capacity;
    bool out_of_memory; /* a record is missing */
};

/* Of what is all 0, before it is used, too. */
void exposition_free(hob_exposition *self);

/* Begins a family whose samples are histograms of seconds. */
void exposition_begin_histogram(hob_exposition *self, const char *name, const char *help);

/* The label is NULL if there is none. */
void exposition_histogram(
    hob_exposition *self, const struct histogram *histogram, const hob_label *label);

/* Copies records that another exposition has. */
void exposition_append(hob_exposition *self, const void *records, size_t size);

#endif
