/* hob_join() and hob_join_all(). */

#include <limits.h>

#include "runtime/task.h"
#include "tests/support/clock.h"
#include "tests/support/probe.h"
#include "tests/support/traced_coroutines.h"

AtOnceTest(future, join_of_nothing_is_zero_at_once)
{
    cr_expect_eq(hob_join_all(NULL, 0), 0);
}

CoroutineTest(future, join_of_one_is_zero_unless_it_failed)
{
    static const int results[] = {INT_MIN, -EIO, -1, 0, 1, 200, INT_MAX};
    for (size_t i = 0; i < COUNT(results); i++) {
        int expected = results[i] < 0 ? results[i] : 0;
        cr_expect_eq(hob_join(start(return_number, results[i])), expected, "%d", results[i]);
    }
}

#define MANY 1000

CoroutineTest(future, join_of_many_waits_for_all)
{
    static hob_future *many[MANY]; /* on the stack, they would take an eighth of it */
    static struct probe probes[MANY];
    for (size_t i = 0; i < MANY; i++)
        many[i] = start(return_number, (intptr_t)i);
    cr_expect_eq(hob_join_all(many, MANY), 0);
    cr_expect(list_empty(&this_task()->children), "all were consumed");

    for (size_t i = 0; i < MANY; i++) {
        many[i] = probe_init(&probes[i], &probe_kind);
        future_complete(many[i], (int)i);
    }
    cr_expect_eq(hob_join_all(many, MANY), 0);
    for (size_t i = 0; i < MANY; i++)
        cr_expect_eq(probes[i].releases, 1, "probe %zu", i);
}

CoroutineTest(future, join_leaves_the_array_alone)
{
    hob_future *futures[] = {start(return_number, 1), NULL, hob_timer(INFINITY)};
    hob_future *before[COUNT(futures)];
    memcpy(before, futures, sizeof(futures));
    hob_join_all(futures, COUNT(futures));
    cr_expect_arr_eq(futures, before, sizeof(futures));
}

static int sleep_forty_milliseconds(void *arg)
{
    return hob_sleep(0.040);
}

/* One after the other, they would take four seconds. */
CoroutineTest(future, join_takes_as_long_as_the_longest)
{
    hob_future *futures[100];
    double begin = clock_seconds();
    for (size_t i = 0; i < COUNT(futures); i++)
        futures[i] = start(sleep_forty_milliseconds, 0);
    cr_expect_eq(hob_join_all(futures, COUNT(futures)), 0);
    cr_expect_lt(clock_seconds() - begin, 2);
}

CoroutineTest(future, join_returns_the_first_error)
{
    static struct {
        struct slow joined[3];
        int expected;
    } cases[] = {
        {{{0, 0}, {1, 1}, {2, 2}}, 0},
        {{{0, 0}, {1, 0}, {2, -EIO}}, -EIO},
        {{{3, -EIO}, {1, -EPERM}, {2, 0}}, -EPERM},
        {{{2, -EIO}, {1, 0}, {0, -EPERM}}, -EPERM},
        {{{1, -EIO}, {1, -EPERM}, {1, -ENOENT}}, -EIO},
        {{{1, -ECANCELED}, {2, -EIO}, {3, -EIO}}, -ECANCELED},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct slow *joined = cases[i].joined;
        int result = hob_join(
            hob_async(return_slowly, &joined[0]), hob_async(return_slowly, &joined[1]),
            hob_async(return_slowly, &joined[2]));
        cr_expect_eq(
            result, cases[i].expected, "%d %d %d: %d", joined[0].result, joined[1].result,
            joined[2].result, result);
    }
}

static int fail(void *arg)
{
    return -EIO;
}

/* Their data may be on the stack of the task that joins them. */
CoroutineTest(future, a_failed_join_waits_for_the_clean_up_of_the_rest)
{
    hob_future *a = start(clean_up_slowly, 'a');
    hob_future *b = start(clean_up_slowly, 'b');
    cr_expect_eq(hob_join(a, start(fail, 0), b, hob_timer(INFINITY)), -EIO);
    trace('r');
    cr_expect_str_eq(traced(), "..abr");
}

CoroutineTest(future, an_error_before_the_join_cancels_the_rest)
{
    hob_future *failed = start(fail, 0);
    hob_yield();
    cr_expect_eq(hob_join(start(sleep_until_cancelled, 'a'), failed), -EIO);
    cr_expect_str_eq(traced(), "a");
}

CoroutineTest(future, of_errors_before_the_join_the_first_listed_wins)
{
    hob_future *one = start(return_number, -EIO), *other = start(return_number, -EPERM);
    hob_yield();
    cr_expect_eq(hob_join(other, NULL, one), -EPERM);
}

CoroutineTest(future, null_in_a_join_cancels_the_rest)
{
    cr_expect_eq(
        hob_join(start(sleep_until_cancelled, 'a'), NULL, start(sleep_until_cancelled, 'b')),
        -ENOMEM);
    cr_expect_str_eq(traced(), "ab");
}

CoroutineTest(future, a_join_cancels_only_what_is_not_ready)
{
    struct probe ready, waiting;
    future_complete(probe_init(&ready, &probe_kind), 0);
    probe_init(&waiting, &probe_kind);
    cr_expect_eq(hob_join(&ready.future, start(fail, 0), &waiting.future), -EIO);
    cr_expect_eq(ready.cancels, 0);
    cr_expect_eq(waiting.cancels, 1);
    cr_expect_eq(ready.releases, 1);
    cr_expect_eq(waiting.releases, 1);
}

static int join_two_that_clean_up(void *arg)
{
    hob_future *a = start(clean_up_slowly, 'a');
    int err = hob_join(a, start(clean_up_slowly, 'b'));
    trace('j');
    return err;
}

CoroutineTest(future, cancelling_a_join_cancels_all_and_waits)
{
    hob_future *joiner = start(join_two_that_clean_up, 0);
    hob_yield();
    cr_expect_eq(cancel_waiting(joiner), -ECANCELED);
    cr_expect_str_eq(traced(), "..abj");
}
