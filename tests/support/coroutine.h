/*
 * Tests that run inside hob_block_on().
 */
#ifndef HOB_TESTS_SUPPORT_COROUTINE_H
#define HOB_TESTS_SUPPORT_COROUTINE_H

#include <math.h>

#include "hob/runtime.h"
#include "tests/support/sanitizers.h"
#include "tests/support/test.h"

/*
 * A Criterion test whose body is the first coroutine of a loop. When it has returned, nothing it
 * allocated may be left. Use cr_expect in it and never cr_assert, which leaves by longjmp(): from
 * one stack to another that is undefined.
 */
#define CoroutineTest(suite, name, ...)                                                            \
    static void suite##_##name##_body(void);                                                       \
    static int suite##_##name##_coroutine(void *unused)                                            \
    {                                                                                              \
        (void)unused;                                                                              \
        suite##_##name##_body();                                                                   \
        return 0;                                                                                  \
    }                                                                                              \
    Test(suite, name, ##__VA_ARGS__)                                                               \
    {                                                                                              \
        cr_expect_eq(hob_block_on(suite##_##name##_coroutine, NULL), 0);                           \
        cr_expect_not(has_leaks());                                                                \
    }                                                                                              \
    static void suite##_##name##_body(void)

/* Coroutines that take a number, or their one-letter name, instead of a pointer. */

static inline void *as_argument(intptr_t number)
{
    return (void *)number; /* NOLINT(performance-no-int-to-ptr): it is never followed */
}

static inline hob_future *start(hob_fn *fn, intptr_t number)
{
    return hob_async(fn, as_argument(number));
}

static inline int number_of(void *arg)
{
    return (int)(intptr_t)arg;
}

static inline char name_of(void *arg)
{
    return (char)(intptr_t)arg;
}

/* Coroutines that several tests make, or functions that they call. */

static inline int do_nothing(void *arg)
{
    return 0;
}

static inline int return_number(void *arg)
{
    return number_of(arg);
}

static inline int sleep_for_ever(void *arg)
{
    return hob_sleep(INFINITY);
}

static inline int await_it(void *arg)
{
    return hob_await(arg);
}

/* Returns after more turns than the others of a test need before they wait. */
static inline void let_others_run(void)
{
    for (int i = 0; i < 5; i++)
        hob_yield();
}

/* A sleep, even of no time, does not end before the loop has polled the descriptors. */
static inline void let_the_loop_poll(void)
{
    for (int i = 0; i < 3; i++)
        hob_sleep(0);
}

static inline int cancel_and_await(hob_future *future)
{
    hob_cancel(future);
    return hob_await(future);
}

/* Cancels a coroutine after it has begun to wait, and returns its result. */
static inline int cancel_waiting(hob_future *future)
{
    hob_yield();
    return cancel_and_await(future);
}

/* Races the futures, and expects this winner with this result. */
static inline void
expect_winner(hob_future **futures, size_t count, size_t expected, int expected_result)
{
    size_t winner = 99;
    int result = hob_race_all(futures, count, &winner);
    cr_expect_eq(winner, expected, "winner %zu", winner);
    cr_expect_eq(result, expected_result, "winner %zu: %d", winner, result);
}

/* A coroutine that returns `result` after so many turns of the loop, even if it is cancelled. */
struct slow {
    int turns;
    int result;
};

static inline int return_slowly(void *arg)
{
    const struct slow *slow = arg;
    for (int i = 0; i < slow->turns; i++)
        hob_yield();
    return slow->result;
}

#endif
