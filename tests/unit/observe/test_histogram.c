#include "observe/histogram.h"

#include "tests/support/test.h"

#include <float.h>
#include <math.h>

TestSuite(histogram, .timeout = 20);

Test(histogram, a_value_is_in_the_first_bucket_that_bounds_it)
{
    const double first = ldexp(1, -13);
    const struct {
        double value;
        size_t bucket;
    } cases[] = {
        {0, 0},
        {DBL_MIN, 0},
        {5e-324, 0},
        {first / 2, 0},
        {first, 0},
        {nextafter(first, 1), 1},
        {2 * first, 1},
        {nextafter(2 * first, 1), 2},
        {0.001, 4},
        {1, 13},
        {nextafter(1, 2), 14},
        {1.5, 14},
        {2, 14},
        {64, 19},
        {nextafter(64, 100), 20},
        {1e300, 20},
        {INFINITY, 20},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t bucket = histogram_bucket(cases[i].value);
        cr_expect_eq(bucket, cases[i].bucket, "%g: %zu", cases[i].value, bucket);
    }
}

Test(histogram, the_bounds_are_those_of_the_buckets)
{
    for (size_t i = 0; i < HISTOGRAM_BOUNDS; i++) {
        cr_expect_eq(histogram_bucket(histogram_bound(i)), i);
        cr_expect_eq(histogram_bucket(nextafter(histogram_bound(i), INFINITY)), i + 1);
    }
}

Test(histogram, adds_up)
{
    struct histogram histogram = {.sum = 0};
    histogram_add(&histogram, 0.5);
    histogram_add(&histogram, 0.4);
    histogram_add(&histogram, 100);
    cr_expect_eq(histogram.counts[12], 2);
    cr_expect_eq(histogram.counts[HISTOGRAM_BOUNDS], 1);
    cr_expect_float_eq(histogram.sum, 100.9, 1e-9);
}
