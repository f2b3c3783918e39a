#include "runtime/future.h"

#include <limits.h>

#include "runtime/task.h"
#include "tests/support/probe.h"
#include "tests/support/traced_coroutines.h"

/* Also for the tests of this suite in test_future_ownership.c and test_join.c. */
TestSuite(future, .timeout = 20);

static const int results[] = {INT_MIN, -EIO, -1, 0, 1, 200, INT_MAX};

CoroutineTest(future, await_returns_the_result)
{
    for (size_t i = 0; i < COUNT(results); i++) {
        cr_expect_eq(hob_await(start(return_number, results[i])), results[i], "%d", results[i]);
        hob_future *child = start(return_number, results[i]);
        hob_yield();
        cr_expect(child->ready);
        cr_expect_eq(hob_await(child), results[i], "%d, which is ready", results[i]);
    }
    cr_expect_eq(hob_await(NULL), -ENOMEM);
}

AtOnceTest(future, await_of_one_that_is_ready_returns_at_once)
{
    struct probe ready;
    future_complete(probe_init(&ready, &probe_kind), 1);
    cr_expect_eq(hob_await(&ready.future), 1);
}

CoroutineTest(future, only_the_first_completion_counts)
{
    struct probe probe;
    future_complete(probe_init(&probe, &probe_kind), 1);
    future_complete(&probe.future, 2);
    cr_expect_eq(hob_await(&probe.future), 1);
}

CoroutineTest(future, completion_wakes_the_waiter)
{
    struct probe probe;
    hob_future *waiter = hob_async(await_and_trace, probe_init(&probe, &probe_kind));
    let_others_run();
    cr_expect_str_eq(traced(), "");
    future_complete(&probe.future, 5);
    cr_expect_eq(hob_await(waiter), 5);
}

AtOnceTest(future, cancel_of_a_timer_makes_it_ready_at_once)
{
    cr_expect_eq(cancel_and_await(hob_timer(INFINITY)), -ECANCELED);
}

static int note_and_return_nine(void *arg)
{
    sleep_until_cancelled(arg);
    return 9;
}

CoroutineTest(future, cancel_leaves_a_coroutine_the_choice_of_its_result)
{
    cr_expect_eq(cancel_waiting(start(note_and_return_nine, 'c')), 9);
    cr_expect_str_eq(traced(), "c");
}

CoroutineTest(future, cancel_of_a_ready_one_or_of_none_does_nothing)
{
    struct probe probe;
    future_complete(probe_init(&probe, &probe_kind), 3);
    cr_expect_eq(cancel_waiting(start(return_number, 9)), 9);
    cr_expect_eq(cancel_and_await(&probe.future), 3);
    cr_expect_eq(probe.cancels, 0);
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
    future_complete(probe_init(&probe, &probe_kind), 1);
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

CoroutineTest(future, every_wait_of_a_cancelled_task_is_ecanceled)
{
    static const struct {
        const char *name;
        int (*wait)(void);
        int result;
    } ways[] = {
        {NAMED(wait_by_sleep), -ECANCELED},
        {NAMED(wait_by_yield), -ECANCELED},
        {NAMED(wait_for_a_timer), -ECANCELED},
        {NAMED(wait_for_a_coroutine), -ECANCELED},
        {NAMED(join_one), -ECANCELED},
        /* No result that is ready may be lost: no other coroutine could take it. */
        {NAMED(wait_for_what_is_ready), 1},
        {NAMED(wait_for_what_failed), -EINVAL},
        {NAMED(wait_for_null), -ENOMEM},
        {NAMED(join_nothing), 0},
        {NAMED(join_what_is_ready), -ENOMEM},
        {NAMED(join_two_of_which_one_failed), -EINVAL},
    };
    task_cancel(this_task(), -ECANCELED);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < COUNT(ways); i++)
            cr_expect_eq(ways[i].wait(), ways[i].result, "round %d: %s", round, ways[i].name);
    }
}

CoroutineTest(future, a_cancelled_await_waits_for_the_end_of_the_work)
{
    struct probe probe;
    hob_future *waiter = hob_async(await_and_trace, probe_init(&probe, &slow_probe_kind));
    hob_yield();
    hob_cancel(waiter);
    let_others_run();
    cr_expect_eq(probe.cancels, 1);
    cr_expect_str_eq(traced(), "", "the await returned while the work went on");
    future_complete(&probe.future, 0);
    cr_expect_eq(hob_await(waiter), -ECANCELED);
    cr_expect_eq(probe.releases, 1);
}
