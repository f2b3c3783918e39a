/*
 * A histogram of durations. The bounds of its buckets are the powers of two from an eighth of a
 * millisecond (2^-13 s) to about a minute (2^6 s): the exponent of a value's representation gives
 * its bucket.
 */
#ifndef HOB_OBSERVE_HISTOGRAM_H
#define HOB_OBSERVE_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
    HISTOGRAM_LOWEST = -13, /* exponent of the first bound */
    HISTOGRAM_BOUNDS = 20,
};

struct histogram {
    uint64_t counts[HISTOGRAM_BOUNDS + 1]; /* the last one counts values above all bounds */
    double sum;
};

/*
 * The bucket of a number that is not negative: the first one whose bound is not below it. The
 * representation minus one is the next smaller number (IEEE 754), so that a power of two falls into
 * the bucket that it bounds. Numbers below the first bound, 0 too, fall into the first bucket.
 */
static inline size_t histogram_bucket(double seconds)
{
    enum { FRACTION_BITS = 52, EXPONENT_BIAS = 1023 };
    int64_t bits;
    memcpy(&bits, &seconds, sizeof(bits));
    int64_t bucket = ((bits - 1) >> FRACTION_BITS) - EXPONENT_BIAS + 1 - HISTOGRAM_LOWEST;
    if (bucket < 0)
        return 0;
    return bucket < HISTOGRAM_BOUNDS ? (size_t)bucket : HISTOGRAM_BOUNDS;
}

/* Adds a number that is not negative. */
static inline void histogram_add(struct histogram *self, double seconds)
{
    self->counts[histogram_bucket(seconds)]++;
    self->sum += seconds;
}

/* The upper bound of a bucket, in seconds. The last bucket has none. */
double histogram_bound(size_t bucket);

#endif
