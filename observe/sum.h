/* The metrics of several processes as those of one: records, summed series by series. */
#ifndef HOB_OBSERVE_SUM_H
#define HOB_OBSERVE_SUM_H

#include "exposition.h"

enum {
    SUM_STEP = 1000,    /* records that sum_step() adds: some 0.2 ms of work */
    SUM_BUCKETS = 4096, /* of the hash table: 2,000 routes have some 6,000 series */
};

/* A family, or a series of one, with the sum of its values. */
struct summed {
    struct record *record;       /* has the sum */
    const struct summed *family; /* NULL if it is one */
    struct summed *first;        /* a family's series, in the order in which they were met */
    struct summed **end;
    struct summed *next;     /* of the family; the next family, if it is one */
    struct summed *collides; /* in the same bucket */
};

struct sum {
    struct summed *families;
    struct summed **end;
    struct summed *family; /* that the next samples belong to */
    struct summed *buckets[SUM_BUCKETS];
};

/* NULL when out of memory. */
struct sum *sum_new(void);

/* NULL is ignored. */
void sum_free(struct sum *self);

/*
 * Adds the next SUM_STEP records of an exposition, from the byte *at on, and moves *at behind them.
 * The sum keeps pointers to them and changes them, so they must outlive it.
 *
 * The values of a series are added up, gauges too, so that connections are those of all processes.
 * Of an info the first value counts, of a peak the greatest, of a start time
 * ("_start_time_seconds") the least.
 *
 * Returns 1 if there are more, 0 if there are none, or -ENOMEM.
 */
int sum_step(struct sum *self, const hob_exposition *records, size_t *at);

/* Copies the sums of counters and histograms: these remain of processes that have ended. */
void sum_copy_counters(const struct sum *self, hob_exposition *out);

#endif
