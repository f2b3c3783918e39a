/*
 * Tests in virtual time, where seconds cost nothing and are exact to a few milliseconds.
 */
#ifndef HOB_TESTS_SUPPORT_VIRTUAL_TIME_H
#define HOB_TESTS_SUPPORT_VIRTUAL_TIME_H

#include <stdbool.h>

#include "hob/runtime.h"
#include "tests/support/coroutine.h"

/* Whether so many seconds have passed since then: never fewer, and hardly more. */
static inline bool passed(double since, double seconds)
{
    double elapsed = hob_now() - since;
    return elapsed >= seconds && elapsed < seconds + 0.01;
}

/* A CoroutineTest that takes so many seconds. */
#define TimedTest(suite, name, seconds)                                                            \
    static void suite##_##name##_timed(void);                                                      \
    CoroutineTest(suite, name)                                                                     \
    {                                                                                              \
        double begin = hob_now();                                                                  \
        suite##_##name##_timed();                                                                  \
        cr_expect(passed(begin, seconds), "after %g s", hob_now() - begin);                        \
    }                                                                                              \
    static void suite##_##name##_timed(void)

static inline int sleep_seconds(void *arg)
{
    return hob_sleep(number_of(arg));
}

#endif
