/* Measured times, of which the median and the 99th and 99.9th percentiles are printed. */
#ifndef HOB_BENCH_SAMPLES_H
#define HOB_BENCH_SAMPLES_H

#include <stddef.h>

struct samples {
    double *seconds;
    size_t count;
    size_t capacity;
};

void samples_add(struct samples *self, double seconds);

/* Returns the value that this many of a thousand samples are below. Sorts the samples. */
double samples_quantile(struct samples *self, unsigned per_mille);

void samples_free(struct samples *self);

#endif
