/*
 * Coroutines that trace what they do. Their argument is their one-letter name.
 */
#ifndef HOB_TESTS_SUPPORT_TRACED_COROUTINES_H
#define HOB_TESTS_SUPPORT_TRACED_COROUTINES_H

#include <errno.h>
#include <math.h>

#include "hob/runtime.h"
#include "tests/support/coroutine.h"
#include "tests/support/trace.h"

static inline int run_once(void *arg)
{
    trace(name_of(arg));
    return 0;
}

/* Ends only because it is cancelled, and says whether it was. */
static inline int sleep_until_cancelled(void *arg)
{
    int err = hob_sleep(INFINITY);
    trace(err == -ECANCELED ? name_of(arg) : '?');
    return err;
}

/* The same, but its clean-up is done only after others have run. */
static inline int clean_up_slowly(void *arg)
{
    int err = hob_sleep(INFINITY);
    hob_await(start(run_once, '.'));
    trace(err == -ECANCELED ? name_of(arg) : '?');
    return err;
}

/* Its argument is the future that it awaits. */
static inline int await_and_trace(void *arg)
{
    int result = hob_await(arg);
    trace('w');
    return result;
}

#endif
