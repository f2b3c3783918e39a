/*
 * The clock that timers are measured by.
 */
#ifndef HOB_TESTS_SUPPORT_CLOCK_H
#define HOB_TESTS_SUPPORT_CLOCK_H

#include <time.h>

/* Seconds, of a clock that is never set. */
static inline double clock_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Works without waiting, as a handler does that keeps everybody else from running. */
static inline void keep_busy(double seconds)
{
    double end = clock_seconds() + seconds;
    while (clock_seconds() < end)
        ;
}

#endif
