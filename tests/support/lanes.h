/*
 * Coroutines with a lane in the trace, in virtual time: work() keeps the thread, hob_sleep() waits.
 */
#ifndef HOB_TESTS_SUPPORT_LANES_H
#define HOB_TESTS_SUPPORT_LANES_H

#include <unistd.h>

#include "hob/runtime.h"
#include "hob/trace.h"
#include "tests/support/coroutine.h"
#include "tests/support/virtual_time.h"

static inline void work(double seconds)
{
    usleep((useconds_t)(seconds * 1e6));
}

static inline int work_seconds(void *seconds)
{
    work(number_of(seconds));
    return 0;
}

static inline int cook_noodles(void *arg)
{
    hob_trace_lane("noodles");
    work(0.5);
    hob_trace_step("boil the egg", 2);
    int err = hob_sleep(2);
    work(0.2);
    return err < 0 ? err : 7;
}

static inline int sleep_in_a_lane(void *seconds)
{
    hob_trace_lane("order");
    return hob_sleep(number_of(seconds));
}

static inline int cook_fries(void *arg)
{
    return hob_sleep(1);
}

static inline int cook_meal(void *arg)
{
    hob_trace_lane("meal");
    return hob_join(
        hob_async(cook_fries, NULL), hob_async_named("egg", sleep_seconds, as_argument(2)));
}

#endif
