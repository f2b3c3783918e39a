/* Many measured times, of which a few are told: the median and what 1 % and 0.1 % are above. */
#ifndef HOB_BENCH_SAMPLES_H
#define HOB_BENCH_SAMPLES_H

#include <stddef.h>

struct samples {
    double *seconds;
    size_t count;
    size_t capacity;
};

void samples_add(struct samples *self, double seconds);

/* So many of a thousand are below it. Sorts the samples. */
double samples_quantile(struct samples *self, unsigned per_mille);

void samples_free(struct samples *self);

#endif
