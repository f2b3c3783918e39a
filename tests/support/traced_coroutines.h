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

/* Sleeps until it is cancelled. Traces '?' instead of its name if the sleep ends otherwise. */
static inline int sleep_until_cancelled(void *arg)
{
    int err = hob_sleep(INFINITY);
    trace(err == -ECANCELED ? name_of(arg) : '?');
    return err;
}

/* The same, but until a deadline passes. */
static inline int sleep_until_deadline(void *arg)
{
    int err = hob_sleep(INFINITY);
    trace(err == -ETIMEDOUT ? name_of(arg) : '?');
    return err;
}

/* Sleeps until it is cancelled, and cleans up only after others have run. */
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

/* A coroutine, and what it and its children trace before it has been awaited. */
struct traced_case {
    const char *name;
    hob_fn *fn;
    char argument; /* the name of the coroutine */
    int result;
    const char *trace;
};

/* Awaits each coroutine, and traces 'r' when the await has returned. */
static inline void expect_traces(const struct traced_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        clear_trace();
        int result = hob_await(start(cases[i].fn, cases[i].argument));
        trace('r');
        cr_expect_eq(result, cases[i].result, "%s: %d", cases[i].name, result);
        cr_expect_str_eq(traced(), cases[i].trace, "%s: %s", cases[i].name, traced());
    }
}

/* A CoroutineTest in which no other coroutine gets a turn. */
#define AtOnceTest(suite, name)                                                                    \
    static void suite##_##name##_at_once(void);                                                    \
    CoroutineTest(suite, name)                                                                     \
    {                                                                                              \
        hob_future *other = start(run_once, 'o');                                                  \
        suite##_##name##_at_once();                                                                \
        cr_expect_str_eq(traced(), "", "another coroutine has run");                               \
        hob_await(other);                                                                          \
    }                                                                                              \
    static void suite##_##name##_at_once(void)

#endif
