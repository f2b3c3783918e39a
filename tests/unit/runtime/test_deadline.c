/*
 * How a deadline is set and set back. In virtual time: a second costs nothing, and is exact to a
 * few milliseconds.
 */
#include <ev.h>
#include <time.h>

#include "hob/testing.h"
#include "runtime/task.h"
#include "tests/support/current.h"
#include "tests/support/trace.h"
#include "tests/support/virtual_time.h"

/* Also for the tests of this suite in test_deadline_awaits.c and test_deadline_children.c. */
TestSuite(deadline, .timeout = 60);

/* Setting it, and setting it back. */

CoroutineTest(deadline, setting_one_returns_the_one_before)
{
    cr_expect_eq(hob_deadline(10), INFINITY);
    double ten = hob_now() + 10;
    cr_expect_eq(hob_deadline(5), ten);
    cr_expect_eq(hob_deadline_at(ten), hob_now() + 5);
    cr_expect_eq(hob_deadline_at(INFINITY), ten);
    cr_expect_eq(hob_deadline_at(INFINITY), INFINITY);
}

CoroutineTest(deadline, a_later_one_changes_nothing)
{
    static const double later[] = {5, 1e300, INFINITY};
    for (size_t i = 0; i < COUNT(later); i++) {
        double begin = hob_now();
        double none = hob_deadline(1);
        hob_sleep(0.5); /* the alarm for the first one is set */
        cr_expect_eq(hob_deadline(later[i]), begin + 1, "%g s", later[i]);
        cr_expect_eq(hob_sleep(INFINITY), -ETIMEDOUT, "%g s", later[i]);
        cr_expect(passed(begin, 1), "%g s: after %g s", later[i], hob_now() - begin);
        hob_deadline(later[i]);
        cr_expect_eq(hob_yield(), -ETIMEDOUT, "%g s", later[i]);
        hob_deadline_at(none);
    }
}

CoroutineTest(deadline, that_is_not_a_number_changes_nothing)
{
    cr_expect_eq(hob_deadline(NAN), INFINITY);
    cr_expect_eq(hob_deadline_at(NAN), INFINITY);
    cr_expect_eq(hob_sleep(1000), 0);
    double begin = hob_now();
    hob_deadline(2);
    cr_expect_eq(hob_deadline(NAN), begin + 2);
    cr_expect_eq(hob_deadline_at(NAN), begin + 2);
    cr_expect_eq(hob_sleep(INFINITY), -ETIMEDOUT);
    cr_expect(passed(begin, 2), "after %g s", hob_now() - begin);
}

/* A call with retries: each attempt has its deadline, and all together have one. */
TimedTest(deadline, of_each_attempt_does_not_extend_that_of_all, 2)
{
    int attempts = 0, err = 0;
    hob_deadline(2);
    while (err == 0 && attempts < 100) {
        double before = hob_deadline(0.7);
        cr_expect_eq(hob_sleep(INFINITY), -ETIMEDOUT);
        hob_deadline_at(before);
        attempts++;
        err = hob_sleep(0.1);
    }
    cr_expect_eq(err, -ETIMEDOUT);
    cr_expect_eq(attempts, 3);
}

TimedTest(deadline, an_earlier_one_takes_the_place_of_a_later_one, 1.5)
{
    hob_deadline(5);
    hob_sleep(0.5);
    hob_deadline(1);
    cr_expect_eq(hob_sleep(INFINITY), -ETIMEDOUT);
}

CoroutineTest(deadline, has_no_effect_once_it_is_set_back)
{
    double none = hob_deadline(2);
    cr_expect_eq(hob_await(start(sleep_seconds, 10)), -ETIMEDOUT);
    hob_deadline_at(none);
    cr_expect_eq(hob_yield(), 0);
    cr_expect_eq(hob_sleep(10), 0);
    cr_expect_eq(hob_await(start(return_number, 7)), 7);

    hob_deadline(2);
    cr_expect_eq(hob_sleep(1), 0);
    hob_deadline_at(none);
    cr_expect_eq(hob_sleep(10), 0);
}

CoroutineTest(deadline, several_can_be_nested)
{
    double begin = hob_now();
    double none = hob_deadline(5);
    double outer = hob_deadline(2);
    cr_expect_eq(hob_sleep(INFINITY), -ETIMEDOUT);
    cr_expect(passed(begin, 2));
    hob_deadline_at(outer);
    cr_expect_eq(hob_sleep(INFINITY), -ETIMEDOUT);
    cr_expect(passed(begin, 5));
    hob_deadline_at(none);
    cr_expect_eq(hob_sleep(1), 0);
}

static char reason_of(int err)
{
    if (err == -ETIMEDOUT)
        return 'T';
    return err == -ECANCELED ? 'C' : '?';
}

/* Its deadline passes after two seconds in any case. Traces why it was woken before and after. */
static int sleep_before_and_after(void *arg)
{
    hob_deadline(2);
    trace(reason_of(hob_sleep(INFINITY)));
    hob_shield(sleep_seconds, as_argument(3));
    trace(reason_of(hob_sleep(INFINITY)));
    return 0;
}

/* Once both reasons hold, the cancellation counts: it ends every await anyway. */
CoroutineTest(deadline, gives_way_to_a_cancellation_before_and_after_it)
{
    for (int cancelled_after = 1; cancelled_after <= 3; cancelled_after += 2) {
        hob_future *child = start(sleep_before_and_after, 0);
        hob_sleep(cancelled_after);
        cancel_and_await(child);
    }
    cr_expect_str_eq(traced(), "CCTC");
}

static int return_early_under_a_deadline(void *arg)
{
    hob_deadline(1000);
    hob_sleep(1);
    return number_of(arg);
}

static int return_after_the_deadline(void *arg)
{
    hob_deadline(1);
    return hob_sleep(INFINITY);
}

static int set_it_back_and_return(void *arg)
{
    double before = hob_deadline(1000);
    hob_sleep(1);
    hob_deadline_at(before);
    return 0;
}

static int set_it_often(void *arg)
{
    for (int i = 0; i < 10; i++) {
        hob_deadline(1000 + i);
        hob_sleep(1);
    }
    return 0;
}

static int be_cancelled_under_a_deadline(void *arg)
{
    hob_deadline(1000);
    return cancel_waiting(start(sleep_seconds, 500));
}

static int leave_children_under_a_deadline(void *arg)
{
    hob_deadline(1000);
    start(sleep_seconds, 500);
    start(sleep_seconds, 1500);
    return hob_yield();
}

CoroutineTest(deadline, no_alarm_is_left_when_its_task_has_returned)
{
    static const struct {
        const char *name;
        hob_fn *fn;
    } cases[] = {
        {NAMED(return_early_under_a_deadline)}, {NAMED(return_after_the_deadline)},
        {NAMED(set_it_back_and_return)},        {NAMED(set_it_often)},
        {NAMED(be_cancelled_under_a_deadline)}, {NAMED(leave_children_under_a_deadline)},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_await(start(cases[i].fn, 0));
        int left = active_watchers();
        cr_expect_eq(left, 0, "%s: %d", cases[i].name, left);
    }
}

Test(deadline, does_not_hold_up_the_end_of_a_loop)
{
    cr_expect_eq(hob_block_on(return_early_under_a_deadline, as_argument(7)), 7);
    cr_expect_lt(hob_virtual_elapsed(), 1.01);
}

/* Most tasks of a fast server have a deadline and never wait. */
CoroutineTest(deadline, costs_no_timer_before_its_task_waits)
{
    hob_deadline(1000);
    cr_expect_not(ev_is_active(&this_task()->alarm));
    cr_expect_eq(active_watchers(), 0);
    hob_sleep(1);
    cr_expect(ev_is_active(&this_task()->alarm));
}

CoroutineTest(deadline, the_one_of_a_thousand_tasks_ends_them_all)
{
    static hob_future *crowd[1000];
    double begin = hob_now();
    hob_deadline(2);
    for (size_t i = 0; i < COUNT(crowd); i++)
        crowd[i] = start(sleep_seconds, 10);
    cr_expect_eq(hob_join_all(crowd, COUNT(crowd)), -ETIMEDOUT);
    cr_expect(passed(begin, 2), "after %g s", hob_now() - begin);
    hob_deadline_at(INFINITY);
    cr_expect_eq(active_watchers(), 0);
}

CoroutineTest(deadline, now_is_on_the_clock_of_timers)
{
    struct timespec monotonic;
    hob_sleep(1.5);
    clock_gettime(CLOCK_MONOTONIC, &monotonic);
    cr_expect_eq(hob_now(), (double)monotonic.tv_sec + (double)monotonic.tv_nsec / 1e9);
}
