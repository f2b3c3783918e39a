#include "runtime/future.h"

#include <limits.h>

#include "runtime/task.h"
#include "tests/support/probe.h"
#include "tests/support/traced_coroutines.h"

/* Also for the tests of this suite in test_future_ownership.c and test_join.c. */
TestSuite(future, .timeout = 20);

/* Await. */

static const int results[] = {INT_MIN, -EIO, -1, 0, 1, 200, INT_MAX};

CoroutineTest(future, await_returns_the_result_of_one_that_is_not_ready)
{
    for (size_t i = 0; i < COUNT(results); i++)
        cr_expect_eq(hob_await(start(return_number, results[i])), results[i], "%d", results[i]);
}

CoroutineTest(future, await_returns_the_result_of_one_that_is_ready)
{
    for (size_t i = 0; i < COUNT(results); i++) {
        hob_future *child = start(return_number, results[i]);
        hob_yield();
        cr_expect(child->ready);
        cr_expect_eq(hob_await(child), results[i], "%d", results[i]);
    }
}

CoroutineTest(future, await_of_one_that_is_ready_lets_nobody_run)
{
    hob_future *ready = start(return_number, 0);
    hob_yield();
    hob_future *other = start(run_once, 'o');
    hob_await(ready);
    cr_expect_str_eq(traced(), "");
    hob_await(other);
}

CoroutineTest(future, await_of_null_says_out_of_memory)
{
    cr_expect_eq(hob_await(NULL), -ENOMEM);
}

CoroutineTest(future, only_the_first_completion_counts)
{
    struct probe probe;
    probe_init(&probe, &probe_kind);
    future_complete(&probe.future, 1);
    future_complete(&probe.future, 2);
    cr_expect_eq(hob_await(&probe.future), 1);
}

CoroutineTest(future, completion_wakes_who_awaits)
{
    struct probe probe;
    probe_init(&probe, &probe_kind);
    hob_future *waiter = hob_async(await_and_trace, &probe.future);
    hob_yield();
    hob_yield();
    cr_expect_str_eq(traced(), "");
    future_complete(&probe.future, 5);
    cr_expect_eq(hob_await(waiter), 5);
}

/* Cancel. */

CoroutineTest(future, cancel_of_a_timer_makes_it_ready_at_once)
{
    hob_future *timer = hob_timer(INFINITY);
    hob_future *other = start(run_once, 'o');
    hob_cancel(timer);
    cr_expect_eq(hob_await(timer), -ECANCELED);
    cr_expect_str_eq(traced(), "", "the await had nothing to wait for");
    hob_await(other);
}

static int note_and_return_nine(void *arg)
{
    sleep_until_cancelled(arg);
    return 9;
}

CoroutineTest(future, cancel_leaves_a_coroutine_the_choice_of_its_result)
{
    hob_future *child = start(note_and_return_nine, 'c');
    hob_yield();
    hob_cancel(child);
    cr_expect_eq(hob_await(child), 9);
    cr_expect_str_eq(traced(), "c");
}

CoroutineTest(future, cancel_of_a_ready_one_does_nothing)
{
    hob_future *child = start(return_number, 9);
    struct probe probe;
    probe_init(&probe, &probe_kind);
    future_complete(&probe.future, 3);
    hob_yield();
    hob_cancel(child);
    hob_cancel(&probe.future);
    cr_expect_eq(hob_await(child), 9);
    cr_expect_eq(hob_await(&probe.future), 3);
    cr_expect_eq(probe.cancels, 0);
}

CoroutineTest(future, cancel_of_null_does_nothing)
{
    hob_cancel(NULL);
    cr_expect_eq(hob_yield(), 0);
}

CoroutineTest(future, cancel_of_one_does_not_touch_another)
{
    hob_future *a = start(sleep_until_cancelled, 'a');
    hob_future *b = start(return_number, 4);
    hob_future *timer = hob_timer(0);
    hob_cancel(a);
    cr_expect_eq(hob_await(b), 4);
    cr_expect_eq(hob_await(timer), 0);
    cr_expect_eq(hob_await(a), -ECANCELED);
}

static int cancel_it(void *arg)
{
    hob_cancel(arg);
    return 0;
}

CoroutineTest(future, what_is_awaited_can_be_cancelled_by_a_third)
{
    hob_future *timer = hob_timer(INFINITY);
    hob_future *third = hob_async(cancel_it, timer);
    cr_expect_eq(hob_await(timer), -ECANCELED);
    cr_expect_eq(hob_await(third), 0);
    cr_expect_eq(hob_yield(), 0, "who awaited it is not cancelled itself");
}

/* Ways to wait. Each function returns the result of its await. */

static int wait_by_sleep(void)
{
    return hob_sleep(INFINITY);
}

static int wait_by_yield(void)
{
    return hob_yield();
}

static int wait_for_a_timer(void)
{
    return hob_await(hob_timer(INFINITY));
}

static int wait_for_a_coroutine(void)
{
    return hob_await(start(return_number, 1));
}

static int wait_for_what_is_ready(void)
{
    struct probe probe;
    probe_init(&probe, &probe_kind);
    future_complete(&probe.future, 1);
    return hob_await(&probe.future);
}

static int wait_for_what_failed(void)
{
    return hob_await(hob_timer(NAN));
}

static int wait_for_null(void)
{
    return hob_await(NULL);
}

static int join_nothing(void)
{
    return hob_join_all(NULL, 0);
}

static int join_what_is_ready(void)
{
    return hob_join(NULL, hob_timer(NAN));
}

static int join_one(void)
{
    return hob_join(hob_timer(INFINITY));
}

static int join_two_of_which_one_failed(void)
{
    return hob_join(hob_timer(INFINITY), hob_timer(NAN));
}

static const struct {
    int (*wait)(void);
    int result; /* in a cancelled coroutine */
} ways_to_wait[] = {
    {wait_by_sleep, -ECANCELED},
    {wait_by_yield, -ECANCELED},
    {wait_for_a_timer, -ECANCELED},
    {wait_for_a_coroutine, -ECANCELED},
    {join_one, -ECANCELED},
    /* No result that is ready may be lost: no other coroutine could take it. */
    {wait_for_what_is_ready, 1},
    {wait_for_what_failed, -EINVAL},
    {wait_for_null, -ENOMEM},
    {join_nothing, 0},
    {join_what_is_ready, -ENOMEM},
    {join_two_of_which_one_failed, -EINVAL},
};

CoroutineTest(future, every_wait_of_a_cancelled_task_is_ecanceled)
{
    task_cancel(this_task(), -ECANCELED);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < COUNT(ways_to_wait); i++)
            cr_expect_eq(
                ways_to_wait[i].wait(), ways_to_wait[i].result, "round %d, way %zu", round, i);
    }
}

CoroutineTest(future, a_cancelled_await_waits_for_the_end_of_the_work)
{
    struct probe probe;
    probe_init(&probe, &slow_probe_kind);
    hob_future *waiter = hob_async(await_and_trace, &probe.future);
    hob_yield();
    hob_cancel(waiter);
    let_others_run();
    cr_expect_eq(probe.cancels, 1);
    cr_expect_str_eq(traced(), "", "the await returned while the work went on");
    future_complete(&probe.future, 0);
    cr_expect_eq(hob_await(waiter), -ECANCELED);
    cr_expect_eq(probe.releases, 1);
}
