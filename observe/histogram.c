#include "histogram.h"

#include <math.h>

double histogram_bound(size_t bucket)
{
    return ldexp(1, HISTOGRAM_LOWEST + (int)bucket);
}
