/* Runs in virtual time: the seconds below cost nothing, and are exact to a few milliseconds. */
#include <limits.h>

#include "runtime/task.h"
#include "tests/support/current.h"
#include "tests/support/traced_coroutines.h"
#include "tests/support/virtual_time.h"

TestSuite(shield, .timeout = 60);

static int shield(hob_fn *fn, intptr_t number)
{
    return hob_shield(fn, as_argument(number));
}

CoroutineTest(shield, returns_what_the_function_returns)
{
    static const int results[] = {INT_MIN, -ECANCELED, -1, 0, 1, INT_MAX};
    for (size_t i = 0; i < COUNT(results); i++)
        cr_expect_eq(shield(return_number, results[i]), results[i], "%d", results[i]);
}

static int expect_task(void *arg)
{
    cr_expect_eq(this_task(), arg);
    return 0;
}

AtOnceTest(shield, runs_the_function_at_once_in_the_same_coroutine)
{
    hob_shield(expect_task, this_task());
}

CoroutineTest(shield, changes_nothing_for_a_task_that_nothing_interrupts)
{
    double begin = hob_now();
    cr_expect_eq(shield(sleep_seconds, 5), 0);
    cr_expect(passed(begin, 5));
    cr_expect_eq(hob_sleep(5), 0);
    cr_expect(passed(begin, 10));
}

/* Interruptions that it holds back. Each case is a way to interrupt a task. */

static int use_every_await(void *arg)
{
    double begin = hob_now();
    cr_expect_eq(hob_sleep(1), 0);
    cr_expect_eq(hob_await(hob_timer(1)), 0);
    cr_expect_eq(hob_await(start(return_number, 7)), 7);
    cr_expect_eq(hob_await(start(sleep_seconds, 1)), 0);
    cr_expect_eq(hob_join(start(sleep_seconds, 1), hob_timer(1)), 0);
    cr_expect_eq(hob_race(start(sleep_seconds, 1), start(sleep_seconds, 2)), 0);
    cr_expect_eq(hob_yield(), 0);
    cr_expect(passed(begin, 5), "after %g s", hob_now() - begin);
    return 0;
}

/* Interrupted before the shield, and interrupted while in it, which takes five seconds. */

static int cancel_maker_after(void *arg)
{
    int err = hob_sleep(2);
    task_cancel(arg, -ECANCELED);
    return err;
}

static void be_cancelled_before(void)
{
    task_cancel(this_task(), -ECANCELED);
}

static void be_cancelled_within(void)
{
    hob_async(cancel_maker_after, this_task());
}

static void have_a_deadline_that_has_passed(void)
{
    hob_deadline(-1);
}

static void have_a_deadline_that_will_pass(void)
{
    hob_deadline(2);
}

static void have_both(void)
{
    be_cancelled_within();
    hob_deadline(1);
}

static const struct {
    const char *name;
    void (*interrupt)(void);
    int reason;
} interruptions[] = {
    {"cancelled before", be_cancelled_before, -ECANCELED},
    {"cancelled within", be_cancelled_within, -ECANCELED},
    {"deadline before", have_a_deadline_that_has_passed, -ETIMEDOUT},
    {"deadline within", have_a_deadline_that_will_pass, -ETIMEDOUT},
    {"both", have_both, -ECANCELED},
};

static int be_interrupted_about_a_shield(void *arg)
{
    size_t i = (size_t)number_of(arg);
    interruptions[i].interrupt();
    hob_shield(use_every_await, NULL);
    for (int round = 0; round < 2; round++) {
        cr_expect_eq(hob_sleep(1), interruptions[i].reason, "%s", interruptions[i].name);
        cr_expect_eq(hob_yield(), interruptions[i].reason, "%s", interruptions[i].name);
    }
    return 0;
}

CoroutineTest(shield, holds_back_what_interrupts_until_it_ends)
{
    for (size_t i = 0; i < COUNT(interruptions); i++) {
        double begin = hob_now();
        hob_await(start(be_interrupted_about_a_shield, (intptr_t)i));
        cr_expect(passed(begin, 5), "%s: after %g s", interruptions[i].name, hob_now() - begin);
    }
}

static int use_awaits_after_an_inner_shield(void *arg)
{
    hob_shield(do_nothing, NULL);
    hob_shield(use_every_await, NULL);
    return use_every_await(arg);
}

static int be_interrupted_about_two_shields(void *arg)
{
    size_t i = (size_t)number_of(arg);
    interruptions[i].interrupt();
    hob_shield(use_awaits_after_an_inner_shield, NULL);
    cr_expect_eq(hob_yield(), interruptions[i].reason, "%s", interruptions[i].name);
    return 0;
}

CoroutineTest(shield, one_within_another_does_not_end_it)
{
    for (size_t i = 0; i < COUNT(interruptions); i++)
        hob_await(start(be_interrupted_about_two_shields, (intptr_t)i));
}

/* A deadline that is set in it, or with it: the way to bound a clean-up. */

static int set_a_deadline_and_sleep(void *arg)
{
    hob_deadline(1);
    return hob_sleep(3);
}

static int in_a_shield_that_sets_one(void)
{
    return hob_shield(set_a_deadline_and_sleep, NULL);
}

static int in_a_shield_for_a_second(void)
{
    return hob_shield_for(1, sleep_seconds, as_argument(3));
}

/* The inner one can be no reason to wait longer. */
static int in_a_shield_for_a_second_that_asks_for_more(void)
{
    return hob_shield_for(1, set_a_deadline_and_sleep, NULL);
}

static const struct {
    const char *name;
    int (*sleep)(void);
} bounded[] = {
    {NAMED(in_a_shield_that_sets_one)},
    {NAMED(in_a_shield_for_a_second)},
    {NAMED(in_a_shield_for_a_second_that_asks_for_more)},
};

CoroutineTest(shield, a_deadline_set_in_it_counts_and_ends_with_it)
{
    for (size_t i = 0; i < COUNT(bounded); i++) {
        double begin = hob_now();
        cr_expect_eq(bounded[i].sleep(), -ETIMEDOUT, "%s", bounded[i].name);
        cr_expect(passed(begin, 1), "%s: after %g s", bounded[i].name, hob_now() - begin);
        cr_expect_eq(hob_sleep(5), 0, "%s", bounded[i].name);
    }
}

static int be_interrupted_about_bounded_shields(void *arg)
{
    size_t i = (size_t)number_of(arg);
    double begin = hob_now();
    interruptions[i].interrupt();
    size_t count = COUNT(bounded); /* each takes a second */
    for (size_t k = 0; k < count; k++)
        cr_expect_eq(
            bounded[k].sleep(), -ETIMEDOUT, "%s, %s", interruptions[i].name, bounded[k].name);
    cr_expect(passed(begin, (double)count), "%s", interruptions[i].name);
    cr_expect_eq(hob_yield(), interruptions[i].reason, "%s", interruptions[i].name);
    return 0;
}

CoroutineTest(shield, one_with_a_deadline_holds_back_interruptions)
{
    for (size_t i = 0; i < COUNT(interruptions); i++)
        hob_await(start(be_interrupted_about_bounded_shields, (intptr_t)i));
}

static int await_a_child_of_the_shield(void *arg)
{
    return hob_await(start(sleep_seconds, 1000));
}

TimedTest(shield, children_made_in_it_have_its_deadline, 2)
{
    hob_deadline(-1);
    cr_expect_eq(hob_shield_for(2, await_a_child_of_the_shield, NULL), -ETIMEDOUT);
}

CoroutineTest(shield, for_a_time_that_is_no_number_has_no_deadline)
{
    cr_expect_eq(hob_shield_for(NAN, sleep_seconds, as_argument(1000)), 0);
    cr_expect_eq(hob_shield_for(INFINITY, sleep_seconds, as_argument(1000)), 0);
}

TimedTest(shield, for_no_time_lets_nothing_wait, 0)
{
    cr_expect_eq(hob_shield_for(0, sleep_seconds, as_argument(10)), -ETIMEDOUT);
    cr_expect_eq(hob_shield_for(-1, sleep_seconds, as_argument(10)), -ETIMEDOUT);
}

/* Waits for a task in a shield. */

static int sleep_in_a_shield(void *arg)
{
    int err = hob_shield(sleep_seconds, arg);
    trace(err == 0 ? 's' : '?');
    return hob_sleep(INFINITY);
}

TimedTest(shield, a_cancel_of_its_task_waits_for_its_end, 5)
{
    hob_future *child = start(sleep_in_a_shield, 5);
    hob_sleep(1);
    cr_expect_eq(cancel_and_await(child), -ECANCELED);
    cr_expect_str_eq(traced(), "s");
}

static int leave_one_in_a_shield(void *arg)
{
    hob_async(sleep_in_a_shield, arg);
    return hob_sleep(1);
}

TimedTest(shield, an_unawaited_child_is_waited_for, 5)
{
    cr_expect_eq(hob_await(start(leave_one_in_a_shield, 5)), 0);
    cr_expect_str_eq(traced(), "s");
}

TimedTest(shield, a_deadline_of_its_awaiter_has_to_wait, 5)
{
    hob_future *child = start(sleep_in_a_shield, 5);
    hob_deadline(1);
    cr_expect_eq(hob_await(child), -ETIMEDOUT);
}

/* Children made in a shield, and about it. */

static hob_future *left;

static int leave_a_child(void *arg)
{
    left = hob_async(sleep_seconds, arg);
    return 0;
}

CoroutineTest(shield, a_child_made_in_it_has_no_deadline)
{
    double before = hob_deadline(1);
    shield(leave_a_child, 5);
    hob_deadline_at(before);
    cr_expect_eq(hob_await(left), 0);
}

static int await_a_child_after_the_shield(void *arg)
{
    shield(leave_a_child, 1000);
    return hob_await(left);
}

TimedTest(shield, a_child_awaited_after_it_is_cancelled, 0)
{
    hob_future *maker = start(await_a_child_after_the_shield, 0);
    cr_expect_eq(cancel_and_await(maker), -ECANCELED);
}

static int leave_a_child_made_in_a_shield(void *arg)
{
    shield(leave_a_child, 1000);
    return 0;
}

TimedTest(shield, a_child_made_in_it_is_joined_with_its_maker, 0)
{
    cr_expect_eq(hob_await(start(leave_a_child_made_in_a_shield, 0)), 0);
}

/* It is the child that is interrupted: a shield is for the coroutine that is in it. */
TimedTest(shield, a_child_made_before_it_keeps_its_deadline, 1)
{
    hob_deadline(1);
    hob_future *child = start(sleep_seconds, 1000);
    cr_expect_eq(hob_shield(await_it, child), -ETIMEDOUT);
}

/* A shield is for what must be finished: a clean-up, in most cases. */

static void wait_in_a_shield(void *arg)
{
    trace(hob_shield(sleep_seconds, arg) == 0 ? 'd' : '?');
}

static int defer_what_has_to_wait(void *arg)
{
    hob_defer(wait_in_a_shield, arg);
    return hob_sleep(INFINITY);
}

TimedTest(shield, a_clean_up_of_a_cancelled_task_can_wait_in_one, 5)
{
    hob_future *child = start(defer_what_has_to_wait, 5);
    cr_expect_eq(cancel_waiting(child), -ECANCELED);
    cr_expect_str_eq(traced(), "d");
}
