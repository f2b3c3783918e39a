/* Sums the records of several processes, series by series. */
#ifndef HOB_OBSERVE_SUM_H
#define HOB_OBSERVE_SUM_H

#include "exposition.h"

enum {
    SUM_STEP = 1000,    /* records that sum_step() adds, in some 0.2 ms */
    SUM_BUCKETS = 4096, /* of the hash table: 2,000 routes have some 6,000 series */
};

/* A family, or a series of a family with the sum of its values. */
struct sum_entry {
    struct record *record;          /* holds the sum */
    const struct sum_entry *family; /* of a series; NULL for a family */
    struct sum_entry *first; /* of a family: its series, in the order of their first records */
    struct sum_entry **end;
    struct sum_entry *next;     /* series of the same family; of a family, the next family */
    struct sum_entry *collides; /* the next one in the same bucket */
};

struct sum {
    struct sum_entry *families;
    struct sum_entry **end;
    struct sum_entry *family; /* of the next samples */
    struct sum_entry *buckets[SUM_BUCKETS];
};

/* NULL when out of memory. */
struct sum *sum_new(void);

/* NULL is ignored. */
void sum_free(struct sum *self);

/*
 * Adds the next SUM_STEP records of an exposition, from the byte *at on, and moves *at behind them.
 * The sum keeps pointers to the records and changes them, so they must outlive it.
 *
 * The values of a series are added, those of gauges too: connections are those of all processes.
 * The result for an info is the first value, for a peak the greatest one, and for a start time
 * ("_start_time_seconds") the least one.
 *
 * Returns 1 if there are more, 0 if there are none, or -ENOMEM.
 */
int sum_step(struct sum *self, const hob_exposition *records, size_t *at);

/* Copies the sums of counters and histograms, which are kept for processes that have ended. */
void sum_copy_counters(const struct sum *self, hob_exposition *out);

#endif
