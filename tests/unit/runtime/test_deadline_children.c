/*
 * Deadlines of a maker and its children. In virtual time: a second costs nothing, and is exact to a
 * few milliseconds.
 */

#include "tests/support/traced_coroutines.h"
#include "tests/support/virtual_time.h"

static int make_one_that_sleeps(void *arg)
{
    return hob_await(start(sleep_until_deadline, number_of(arg)));
}

CoroutineTest(deadline, children_made_before_do_not_have_it)
{
    hob_future *child = start(sleep_seconds, 10);
    double before = hob_deadline(2);
    cr_expect_eq(hob_sleep(INFINITY), -ETIMEDOUT);
    hob_deadline_at(before);
    cr_expect_eq(hob_await(child), 0);
}

/* The deadline is the reason of their cancellation. */
CoroutineTest(deadline, children_awaited_under_it_end_by_timeout)
{
    hob_future *child = start(sleep_until_deadline, 'c');
    hob_deadline(2);
    cr_expect_eq(hob_await(child), -ETIMEDOUT);
    cr_expect_str_eq(traced(), "c");
}

static int ask_for_more_time(void *arg)
{
    hob_deadline(10);
    return sleep_until_deadline(arg);
}

static int ask_for_all_the_time(void *arg)
{
    hob_deadline_at(INFINITY);
    return sleep_until_deadline(arg);
}

static int ask_for_more_time_too_late(void *arg)
{
    int err = sleep_until_deadline(arg);
    hob_deadline(10);
    cr_expect_eq(hob_yield(), -ETIMEDOUT);
    hob_deadline_at(INFINITY);
    cr_expect_eq(hob_yield(), -ETIMEDOUT);
    return err;
}

CoroutineTest(deadline, of_its_maker_is_that_of_a_child)
{
    static const struct {
        const char *name;
        hob_fn *fn;
    } cases[] = {
        {NAMED(sleep_until_deadline)},       {NAMED(make_one_that_sleeps)},
        {NAMED(ask_for_more_time)},          {NAMED(ask_for_all_the_time)},
        {NAMED(ask_for_more_time_too_late)},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        clear_trace();
        double begin = hob_now();
        double before = hob_deadline(2);
        hob_future *child = start(cases[i].fn, 'c');
        hob_deadline_at(before); /* so that the child's own deadline ends the sleep */
        cr_expect_eq(hob_await(child), -ETIMEDOUT, "%s", cases[i].name);
        cr_expect(passed(begin, 2), "%s: after %g s", cases[i].name, hob_now() - begin);
        cr_expect_str_eq(traced(), "c", "%s", cases[i].name);
    }
}

static int take_less_time(void *arg)
{
    hob_deadline(number_of(arg));
    return hob_sleep(INFINITY);
}

TimedTest(deadline, a_child_can_have_an_earlier_one, 2)
{
    hob_deadline(5);
    cr_expect_eq(hob_await(start(take_less_time, 2)), -ETIMEDOUT);
}

CoroutineTest(deadline, a_childs_own_does_not_touch_its_maker)
{
    hob_future *other = start(sleep_seconds, 5);
    cr_expect_eq(hob_await(start(take_less_time, 2)), -ETIMEDOUT);
    cr_expect_eq(hob_yield(), 0);
    cr_expect_eq(hob_sleep(1), 0);
    cr_expect_eq(hob_await(other), 0, "nor its siblings");
}

static int take_less_time_for_a_child(void *arg)
{
    double before = hob_deadline(number_of(arg));
    hob_future *child = start(sleep_until_deadline, 'g');
    hob_deadline_at(before);
    return hob_await(child);
}

TimedTest(deadline, a_child_inherits_the_earlier_one_of_a_child, 2)
{
    hob_deadline(5);
    cr_expect_eq(hob_await(start(take_less_time_for_a_child, 2)), -ETIMEDOUT);
    cr_expect_str_eq(traced(), "g");
}

static int leave_a_sleeper(void *arg)
{
    start(sleep_seconds, 1000);
    return hob_sleep(INFINITY);
}

TimedTest(deadline, an_unawaited_child_is_joined_in_time, 2)
{
    hob_deadline(2);
    cr_expect_eq(hob_await(start(leave_a_sleeper, 0)), -ETIMEDOUT);
}
