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

static inline int sleep_seconds(void *arg)
{
    return hob_sleep(number_of(arg));
}

#endif
