/*
 * Awaits under a deadline. In virtual time: a second costs nothing, and is exact to a few
 * milliseconds.
 */
#include "tests/support/channel.h"
#include "tests/support/traced_coroutines.h"
#include "tests/support/virtual_time.h"

/* Waits for events that do not happen. Each function returns the result of its await. */

static int wait_by_sleep(void)
{
    return hob_sleep(INFINITY);
}

static int wait_for_a_timer(void)
{
    return hob_await(hob_timer(INFINITY));
}

static int wait_for_a_coroutine(void)
{
    return hob_await(start(sleep_seconds, 1000));
}

static int wait_by_join(void)
{
    return hob_join(start(return_number, 0), hob_timer(INFINITY), start(sleep_seconds, 1000));
}

static int wait_by_race(void)
{
    return hob_race(start(sleep_seconds, 2000), hob_timer(INFINITY), start(sleep_seconds, 1000));
}

static int wait_for_a_promise(void)
{
    hob_future *promise = hob_promise();
    int err = hob_await(promise);
    hob_resolve(promise, 0); /* every promise has to be resolved */
    return err;
}

static int wait_to_read(void)
{
    int ends[2];
    char byte;
    open_pipe(ends);
    int err = hob_read(ends[0], &byte, 1);
    close_both(ends);
    return err;
}

static int wait_to_write(void)
{
    static const char more_than_fits[1 << 20];
    int ends[2];
    open_pipe(ends);
    int err = hob_write(ends[1], more_than_fits, sizeof(more_than_fits));
    close_both(ends);
    return err;
}

static int wait_for_a_value(void)
{
    void *value;
    hob_queue *queue = hob_queue_new(1);
    int err = hob_queue_get(queue, &value);
    hob_queue_free(queue);
    return err;
}

static int wait_for_room(void)
{
    hob_queue *queue = hob_queue_new(1);
    hob_queue_try_put(queue, NULL);
    int err = hob_queue_put(queue, NULL);
    hob_queue_free(queue);
    return err;
}

static const struct {
    const char *name;
    int (*wait)(void);
} ways[] = {
    {NAMED(wait_by_sleep)},        {NAMED(wait_for_a_timer)},   {NAMED(wait_by_join)},
    {NAMED(wait_for_a_coroutine)}, {NAMED(wait_for_a_promise)}, {NAMED(wait_by_race)},
    {NAMED(wait_to_read)},         {NAMED(wait_to_write)},      {NAMED(wait_for_a_value)},
    {NAMED(wait_for_room)},
};

static int wait_under_a_deadline(void *arg)
{
    size_t way = (size_t)number_of(arg);
    double begin = hob_now();
    hob_deadline(2);
    int err = ways[way].wait();
    cr_expect(passed(begin, 2), "%s: after %g s", ways[way].name, hob_now() - begin);
    return err;
}

CoroutineTest(deadline, ends_each_kind_of_await_when_it_passes)
{
    for (size_t i = 0; i < COUNT(ways); i++)
        cr_expect_eq(
            hob_await(start(wait_under_a_deadline, (int)i)), -ETIMEDOUT, "%s", ways[i].name);
}

static int wait_after_the_deadline(void *arg)
{
    hob_deadline(2);
    hob_sleep(INFINITY);
    double begin = hob_now();
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < COUNT(ways); i++)
            cr_expect_eq(ways[i].wait(), -ETIMEDOUT, "%s", ways[i].name);
        cr_expect_eq(hob_yield(), -ETIMEDOUT);
        cr_expect_eq(hob_await(start(return_number, 1)), -ETIMEDOUT);
    }
    cr_expect(passed(begin, 0), "after %g s", hob_now() - begin);
    return 0;
}

CoroutineTest(deadline, once_it_has_passed_every_await_returns_at_once)
{
    hob_await(start(wait_after_the_deadline, 0));
}

CoroutineTest(deadline, what_is_ready_before_it_counts)
{
    hob_deadline(2);
    cr_expect_eq(hob_sleep(1.9), 0);
    cr_expect_eq(hob_await(start(return_number, 7)), 7);
    cr_expect_eq(hob_yield(), 0);
}

/* The result may be a descriptor. No other coroutine could close it. */
CoroutineTest(deadline, does_not_lose_a_result_that_is_ready)
{
    hob_future *child = start(return_number, 7);
    hob_yield();
    hob_future *promise = hob_promise();
    hob_resolve(promise, 8);
    hob_deadline(-1);
    cr_expect_eq(hob_await(child), 7);
    cr_expect_eq(hob_await(promise), 8);
    cr_expect_eq(hob_await(NULL), -ENOMEM);
    cr_expect_eq(hob_sleep(1), -ETIMEDOUT);
}

static int return_when_time_is_up(void *arg)
{
    usleep(1000 * 1000);
    return number_of(arg);
}

/* Both happen in the same turn of the loop, before the maker goes on. */
CoroutineTest(deadline, that_passes_after_a_result_does_not_lose_it)
{
    double before = hob_deadline(1);
    hob_future *child = start(return_when_time_is_up, 7);
    cr_expect_eq(hob_await(child), 7);
    hob_deadline_at(before);
}

/* The task has not waited yet, so no alarm is set. */
TimedTest(deadline, that_passes_during_work_ends_the_next_wait, 1.5)
{
    hob_deadline(1);
    usleep(1500 * 1000);
    cr_expect_eq(hob_sleep(10), -ETIMEDOUT);
}

TimedTest(deadline, of_no_time_has_passed_at_once, 0)
{
    static const double cases[] = {0, -0., -1e-9, -1, -1e300, -INFINITY};
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_deadline(cases[i]);
        cr_expect_eq(hob_yield(), -ETIMEDOUT, "%g s", cases[i]);
        cr_expect_eq(hob_sleep(1), -ETIMEDOUT, "%g s", cases[i]);
        hob_deadline_at(INFINITY);
    }
}

CoroutineTest(deadline, at_a_time_that_is_over_has_passed_at_once)
{
    usleep(5 * 1000 * 1000);
    const double cases[] = {hob_now(), hob_now() - 1, 0, -INFINITY};
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_deadline_at(cases[i]);
        cr_expect_eq(hob_yield(), -ETIMEDOUT, "at %g", cases[i]);
        hob_deadline_at(INFINITY);
    }
}

CoroutineTest(deadline, far_away_is_none)
{
    static const double cases[] = {INFINITY, 1e300, 1e12};
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_deadline(cases[i]);
        cr_expect_eq(hob_sleep(1000), 0, "%g s", cases[i]);
    }
}

CoroutineTest(deadline, a_join_that_it_ends_waits_for_the_clean_up)
{
    hob_future *a = start(sleep_until_deadline, 'a');
    hob_future *b = start(sleep_until_deadline, 'b');
    hob_deadline(2);
    cr_expect_eq(hob_join(a, b), -ETIMEDOUT);
    trace('j');
    cr_expect_str_eq(traced(), "abj");
}

CoroutineTest(deadline, a_race_that_it_ends_has_no_winner)
{
    hob_future *futures[] = {hob_timer(INFINITY), hob_timer(5)};
    hob_deadline(2);
    expect_winner(futures, 2, 2, -ETIMEDOUT);
}
