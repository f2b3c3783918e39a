/*
 * How often something took how long. The buckets' bounds are the powers of two from an eighth of a
 * millisecond (2^-13 s) to about a minute (2^6 s), so that the place of a value can be read off the
 * exponent of its representation.
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
    uint64_t counts[HISTOGRAM_BOUNDS + 1]; /* the last is of what lies above all bounds */
    double sum;
};

/*
 * Of a number that is not negative: the first bucket whose bound is not below it. One less in the
 * representation (IEEE 754) is the next smaller number, so that the powers themselves fall into the
 * bucket that they bound; what is below the first one, 0 too, ends in the first bucket.
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

/* The bound of a bucket, but the last, which has none. */
double histogram_bound(size_t bucket);

#endif
