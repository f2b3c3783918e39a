/*
 * Tests that run inside hob_block_on().
 */
#ifndef HOB_TESTS_SUPPORT_COROUTINE_H
#define HOB_TESTS_SUPPORT_COROUTINE_H

#include <criterion/criterion.h>
#include <stdint.h>

#include "hob/runtime.h"
#include "tests/support/sanitizers.h"

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
    return (void *)number; /* NOLINT(performance-no-int-to-ptr): nobody follows it */
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

#endif
