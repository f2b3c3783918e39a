#include "runtime/task.h"
#include "tests/support/clock.h"
#include "tests/support/traced_coroutines.h"

TestSuite(timer, .timeout = 20);

/* Times. A timer may be late by as much as the machine is busy, but never early. */

static void expect_not_early(double seconds, double busy_before)
{
    keep_busy(busy_before);
    double begin = clock_seconds();
    cr_expect_eq(hob_await(hob_timer(seconds)), 0);
    double passed = clock_seconds() - begin;
    cr_expect_geq(passed, seconds, "%g s: after %g s", seconds, passed);

    keep_busy(busy_before);
    begin = clock_seconds();
    cr_expect_eq(hob_sleep(seconds), 0);
    passed = clock_seconds() - begin;
    cr_expect_geq(passed, seconds, "%g s of sleep: after %g s", seconds, passed);
}

CoroutineTest(timer, is_never_early)
{
    static const double cases[] = {0, 1e-9, 0.0001, 0.001, 0.0015, 0.002, 0.005, 0.010};
    for (size_t i = 0; i < COUNT(cases); i++)
        expect_not_early(cases[i], 0);
    expect_not_early(0.005, 0.010); /* libev's own idea of now is from when the loop last woke */
}

static int trace_when_it_is_over(void *arg)
{
    hob_await(arg);
    trace('e');
    return 0;
}

static int sleep_and_trace(void *arg)
{
    hob_sleep(0.005);
    trace('l');
    return 0;
}

/* The early one has 10 ms to go when the late one is made, which 15 ms were worked before. */
CoroutineTest(timer, runs_from_when_it_is_made)
{
    hob_future *early = hob_async(trace_when_it_is_over, hob_timer(0.010));
    keep_busy(0.015);
    hob_future *late = start(sleep_and_trace, 0);
    hob_join(early, late);
    cr_expect_str_eq(traced(), "el");
}

/* Far enough apart that a pause of the machine between two of them does not change the order. */
static int sleep_by_name(void *arg)
{
    int err = hob_sleep(0.020 * (name_of(arg) - 'a'));
    trace(name_of(arg));
    return err;
}

CoroutineTest(timer, several_are_ready_in_the_order_of_their_times)
{
    static const char order[] = "cadb";
    hob_future *sleepers[COUNT(order) - 1];
    for (size_t i = 0; i < COUNT(sleepers); i++)
        sleepers[i] = start(sleep_by_name, order[i]);
    cr_expect_eq(hob_join_all(sleepers, COUNT(sleepers)), 0);
    cr_expect_str_eq(traced(), "abcd");
}

static const double no_time[] = {0, -0., -1e-9, -1, -1e300, -INFINITY};

/* When the loop looks for timers next, that is: after some dozens of tasks, at the latest. */
CoroutineTest(timer, of_no_time_is_ready_soon)
{
    for (size_t i = 0; i < COUNT(no_time); i++) {
        hob_future *timer = hob_timer(no_time[i]);
        cr_expect_not(timer->ready, "%g s: ready before the loop has turned", no_time[i]);
        for (int yields = 0; yields < 100 && !timer->ready; yields++)
            cr_expect_eq(hob_yield(), 0);
        cr_expect(timer->ready, "%g s: not ready after a turn", no_time[i]);
        cr_expect_eq(hob_await(timer), 0, "%g s", no_time[i]);
    }
}

CoroutineTest(timer, sleep_of_no_time_lets_others_run)
{
    for (size_t i = 0; i < COUNT(no_time); i++) {
        hob_future *other = start(run_once, 'o');
        cr_expect_eq(hob_sleep(no_time[i]), 0, "%g s", no_time[i]);
        cr_expect(other->ready, "%g s", no_time[i]);
        hob_await(other);
    }
}

AtOnceTest(timer, of_nan_is_an_error_at_once)
{
    cr_expect_eq(hob_await(hob_timer(NAN)), -EINVAL);
    cr_expect_eq(hob_sleep(-NAN), -EINVAL);
}

CoroutineTest(timer, of_a_long_time_holds_up_no_short_one)
{
    static const double cases[] = {INFINITY, 1e300, 1e18, 3e9, 86400};
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_future *timer = hob_timer(cases[i]);
        cr_expect_eq(hob_sleep(0.001), 0);
        cr_expect_not(timer->ready, "%g s", cases[i]);
        cr_expect_eq(cancel_and_await(timer), -ECANCELED, "%g s", cases[i]);
    }
}

static int abandon_a_timer(void *arg)
{
    hob_timer(INFINITY);
    return 0;
}

CoroutineTest(timer, unawaited_does_not_hold_up_its_maker)
{
    cr_expect_eq(hob_await(start(abandon_a_timer, 0)), 0);
}

/* Numbers, and the memory that is used again. */

#define CROWD 10000

static hob_future *crowd[CROWD];

static void await_crowd(int expected)
{
    for (size_t i = 0; i < CROWD; i++) {
        int result = hob_await(crowd[i]);
        if (result != expected) /* one assertion each would take longer than the test */
            cr_expect_eq(result, expected, "timer %zu", i);
    }
}

CoroutineTest(timer, ten_thousand_at_once_fire_or_can_be_cancelled)
{
    for (size_t i = 0; i < CROWD; i++)
        crowd[i] = hob_timer((double)(i * 7919 % CROWD) * 1e-6);
    await_crowd(0);
    for (size_t i = 0; i < CROWD; i++)
        crowd[i] = hob_timer(INFINITY);
    for (size_t i = 0; i < CROWD; i++)
        hob_cancel(crowd[i * 7919 % CROWD]);
    await_crowd(-ECANCELED);
}

CoroutineTest(timer, the_memory_of_one_is_used_again_when_it_is_over)
{
    hob_future *first = hob_timer(0);
    hob_await(first);
    hob_future *second = hob_timer(INFINITY);
    cr_expect_eq(second, first);
    cancel_and_await(second);
    hob_future *third = hob_timer(NAN);
    cr_expect_eq(third, first);
    hob_await(third);

    hob_future *running = hob_timer(INFINITY);
    cr_expect_eq(running, first);
    cr_expect_neq(hob_timer(0), first);
    hob_cancel(running);
    cr_expect_neq(hob_timer(0), first, "ready, but not awaited");
}

/* A watcher that was stopped, or never started, must not keep what it was. */
CoroutineTest(timer, one_in_used_memory_is_as_good_as_new)
{
    static const struct {
        double before; /* what the memory was used for */
        double seconds;
        bool cancel;
        int expected;
    } cases[] = {
        {.before = INFINITY, .cancel = true, .seconds = 0.001, .expected = 0},
        {.before = 0.001, .cancel = true, .seconds = 0.005, .expected = 0},
        {.before = 0, .seconds = 0.001, .expected = 0},
        {.before = 0, .seconds = NAN, .expected = -EINVAL},
        {.before = NAN, .seconds = 0.001, .expected = 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_future *before = hob_timer(cases[i].before);
        if (cases[i].cancel)
            hob_cancel(before);
        hob_await(before);

        double begin = clock_seconds();
        cr_expect_eq(
            hob_await(hob_timer(cases[i].seconds)), cases[i].expected, "%g s after %g s",
            cases[i].seconds, cases[i].before);
        if (cases[i].expected == 0)
            cr_expect_geq(clock_seconds() - begin, cases[i].seconds, "after %g s", cases[i].before);
    }
}

CoroutineTest(timer, sleep_leaves_nothing_behind)
{
    hob_sleep(0);
    hob_sleep(NAN);
    cr_expect(list_empty(&task_current(__func__)->children));
}
