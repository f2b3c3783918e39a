/* Runs in virtual time: the seconds below cost nothing, and are exact to a few milliseconds. */
#include <ev.h>
#include <fcntl.h>
#include <math.h>
#include <time.h>

#include "hob/runtime.h"
#include "hob/testing.h"
#include "runtime/task.h"
#include "tests/support/coroutine.h"
#include "tests/support/current.h"
#include "tests/support/test.h"
#include "tests/support/trace.h"
#include "tests/support/virtual_time.h"

TestSuite(deadline, .timeout = 60);

static int note_end_of_sleep(void *arg)
{
    int err = hob_sleep(INFINITY);
    trace(err == -ETIMEDOUT ? name_of(arg) : '?');
    return err;
}

/* Every way to wait for what does not come. Each returns what its await returned. */

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
    hob_future *watched[] = {promise};
    int err = hob_await(watched[0]);
    hob_resolve(promise, 0); /* as every promise has to be */
    return err;
}

static int wait_to_read(void)
{
    int ends[2];
    char byte;
    if (pipe2(ends, O_NONBLOCK) < 0)
        return -errno;
    int err = hob_read(ends[0], &byte, 1);
    close(ends[0]);
    close(ends[1]);
    return err;
}

static int wait_to_write(void)
{
    static const char more_than_fits[1 << 20];
    int ends[2];
    if (pipe2(ends, O_NONBLOCK) < 0)
        return -errno;
    int err = hob_write(ends[1], more_than_fits, sizeof(more_than_fits));
    close(ends[0]);
    close(ends[1]);
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
    int err = hob_queue_put(queue, NULL);
    if (err == 0)
        err = hob_queue_put(queue, NULL);
    hob_queue_free(queue);
    return err;
}

static const struct {
    const char *name;
    int (*wait)(void);
} ways[] = {
    {"sleep", wait_by_sleep},     {"timer", wait_for_a_timer}, {"coroutine", wait_for_a_coroutine},
    {"join", wait_by_join},       {"race", wait_by_race},      {"promise", wait_for_a_promise},
    {"read", wait_to_read},       {"write", wait_to_write},    {"queue get", wait_for_a_value},
    {"queue put", wait_for_room},
};

/* Awaits. */

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
    (void)arg;
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

/* It may be a descriptor, which nothing else could close. */
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
CoroutineTest(deadline, that_passes_after_the_result_was_there_does_not_lose_it)
{
    double before = hob_deadline(1);
    hob_future *child = start(return_when_time_is_up, 7);
    cr_expect_eq(hob_await(child), 7);
    hob_deadline_at(before);
}

/* Then there is no alarm yet: the code has had no time to wait. */
CoroutineTest(deadline, that_passes_during_work_ends_the_next_wait)
{
    hob_deadline(1);
    usleep(1500 * 1000);
    double begin = hob_now();
    cr_expect_eq(hob_sleep(10), -ETIMEDOUT);
    cr_expect(passed(begin, 0), "after %g s", hob_now() - begin);
}

CoroutineTest(deadline, of_no_time_has_passed_at_once)
{
    static const double cases[] = {0, -0., -1e-9, -1, -1e300, -INFINITY};
    double begin = hob_now();
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_deadline(cases[i]);
        cr_expect_eq(hob_yield(), -ETIMEDOUT, "%g s", cases[i]);
        cr_expect_eq(hob_sleep(1), -ETIMEDOUT, "%g s", cases[i]);
        hob_deadline_at(INFINITY);
    }
    cr_expect(passed(begin, 0), "after %g s", hob_now() - begin);
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
    hob_future *a = start(note_end_of_sleep, 'a');
    hob_future *b = start(note_end_of_sleep, 'b');
    hob_deadline(2);
    cr_expect_eq(hob_join(a, b), -ETIMEDOUT);
    trace('j');
    cr_expect_str_eq(traced(), "abj");
}

CoroutineTest(deadline, a_race_that_it_ends_has_no_winner)
{
    hob_future *futures[] = {hob_timer(INFINITY), hob_timer(5)};
    size_t winner = 99;
    hob_deadline(2);
    cr_expect_eq(hob_race_all(futures, 2, &winner), -ETIMEDOUT);
    cr_expect_eq(winner, 2, "winner %zu", winner);
}

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

/* As a call that is repeated: each attempt has its time, and all of them together have theirs. */
CoroutineTest(deadline, of_each_attempt_does_not_extend_that_of_all)
{
    double begin = hob_now();
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
    cr_expect(passed(begin, 2), "after %g s", hob_now() - begin);
}

CoroutineTest(deadline, an_earlier_one_takes_the_place_of_a_later_one)
{
    double begin = hob_now();
    hob_deadline(5);
    hob_sleep(0.5);
    hob_deadline(1);
    cr_expect_eq(hob_sleep(INFINITY), -ETIMEDOUT);
    cr_expect(passed(begin, 1.5), "after %g s", hob_now() - begin);
}

CoroutineTest(deadline, awaits_work_again_when_it_is_set_back)
{
    double before = hob_deadline(2);
    cr_expect_eq(hob_await(start(sleep_seconds, 10)), -ETIMEDOUT);
    hob_deadline_at(before);
    cr_expect_eq(hob_yield(), 0);
    cr_expect_eq(hob_sleep(10), 0);
    cr_expect_eq(hob_await(start(return_number, 7)), 7);
}

CoroutineTest(deadline, set_back_in_time_has_no_effect)
{
    double before = hob_deadline(2);
    cr_expect_eq(hob_sleep(1), 0);
    hob_deadline_at(before);
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

/* A maker and its children. */

CoroutineTest(deadline, children_made_under_it_have_it_too)
{
    double begin = hob_now();
    double before = hob_deadline(2);
    hob_future *child = start(note_end_of_sleep, 'c');
    hob_deadline_at(before); /* so that it is the child's own that ends it */
    cr_expect_eq(hob_await(child), -ETIMEDOUT);
    cr_expect(passed(begin, 2), "after %g s", hob_now() - begin);
    cr_expect_str_eq(traced(), "c");
}

static int make_one_that_sleeps(void *arg)
{
    return hob_await(start(note_end_of_sleep, number_of(arg)));
}

CoroutineTest(deadline, grandchildren_have_it_too)
{
    double begin = hob_now();
    double before = hob_deadline(2);
    hob_future *child = start(make_one_that_sleeps, 'g');
    hob_deadline_at(before);
    cr_expect_eq(hob_await(child), -ETIMEDOUT);
    cr_expect(passed(begin, 2), "after %g s", hob_now() - begin);
    cr_expect_str_eq(traced(), "g");
}

CoroutineTest(deadline, children_made_before_do_not_have_it)
{
    hob_future *child = start(sleep_seconds, 10);
    double before = hob_deadline(2);
    cr_expect_eq(hob_sleep(INFINITY), -ETIMEDOUT);
    hob_deadline_at(before);
    cr_expect_eq(hob_await(child), 0);
}

/* It cancels them, and gives the reason. */
CoroutineTest(deadline, children_awaited_under_it_are_told_that_time_is_up)
{
    hob_future *child = start(note_end_of_sleep, 'c');
    hob_deadline(2);
    cr_expect_eq(hob_await(child), -ETIMEDOUT);
    cr_expect_str_eq(traced(), "c");
}

static int ask_for_more_time(void *arg)
{
    (void)arg;
    hob_deadline(10);
    return note_end_of_sleep(arg);
}

static int ask_for_all_the_time(void *arg)
{
    hob_deadline_at(INFINITY);
    return note_end_of_sleep(arg);
}

CoroutineTest(deadline, a_child_cannot_have_a_later_one)
{
    hob_fn *cases[] = {ask_for_more_time, ask_for_all_the_time};
    for (size_t i = 0; i < COUNT(cases); i++) {
        double begin = hob_now();
        double before = hob_deadline(2);
        hob_future *child = start(cases[i], 'c');
        hob_deadline_at(before);
        cr_expect_eq(hob_await(child), -ETIMEDOUT, "case %zu", i);
        cr_expect(passed(begin, 2), "case %zu: after %g s", i, hob_now() - begin);
    }
}

static int ask_for_more_time_too_late(void *arg)
{
    (void)arg;
    cr_expect_eq(hob_sleep(INFINITY), -ETIMEDOUT);
    hob_deadline(10);
    cr_expect_eq(hob_yield(), -ETIMEDOUT);
    hob_deadline_at(INFINITY);
    cr_expect_eq(hob_yield(), -ETIMEDOUT);
    return 0;
}

CoroutineTest(deadline, a_child_cannot_set_its_makers_back)
{
    double before = hob_deadline(2);
    hob_future *child = start(ask_for_more_time_too_late, 0);
    hob_deadline_at(before);
    hob_await(child);
}

static int take_less_time(void *arg)
{
    hob_deadline(number_of(arg));
    return hob_sleep(INFINITY);
}

CoroutineTest(deadline, a_child_can_have_an_earlier_one)
{
    double begin = hob_now();
    hob_deadline(5);
    cr_expect_eq(hob_await(start(take_less_time, 2)), -ETIMEDOUT);
    cr_expect(passed(begin, 2), "after %g s", hob_now() - begin);
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
    hob_future *child = start(note_end_of_sleep, 'g');
    hob_deadline_at(before);
    return hob_await(child);
}

CoroutineTest(deadline, a_child_inherits_the_earlier_one_of_a_child)
{
    double begin = hob_now();
    hob_deadline(5);
    cr_expect_eq(hob_await(start(take_less_time_for_a_child, 2)), -ETIMEDOUT);
    cr_expect(passed(begin, 2), "after %g s", hob_now() - begin);
    cr_expect_str_eq(traced(), "g");
}

static int leave_a_sleeper(void *arg)
{
    (void)arg;
    start(sleep_seconds, 1000);
    return hob_sleep(INFINITY);
}

CoroutineTest(deadline, what_nobody_awaits_is_joined_in_time)
{
    double begin = hob_now();
    hob_deadline(2);
    cr_expect_eq(hob_await(start(leave_a_sleeper, 0)), -ETIMEDOUT);
    cr_expect(passed(begin, 2), "after %g s", hob_now() - begin);
}

/* With a cancellation. */

static char reason_of(int err)
{
    if (err == -ETIMEDOUT)
        return 'T';
    return err == -ECANCELED ? 'C' : '?';
}

/* Its deadline passes after two seconds, whatever happens before, and it ends after five. */
static int sleep_before_and_after(void *arg)
{
    (void)arg;
    hob_deadline(2);
    trace(reason_of(hob_sleep(INFINITY)));
    hob_shield(sleep_seconds, as_argument(3));
    trace(reason_of(hob_sleep(INFINITY)));
    return 0;
}

CoroutineTest(deadline, a_cancellation_before_it_stays_one)
{
    hob_future *child = start(sleep_before_and_after, 0);
    hob_sleep(1);
    hob_cancel(child);
    hob_await(child);
    cr_expect_str_eq(traced(), "CC");
}

/* Both are true then, and the cancellation ends every waiter anyway. */
CoroutineTest(deadline, a_cancellation_after_it_counts)
{
    hob_future *child = start(sleep_before_and_after, 0);
    hob_sleep(3);
    hob_cancel(child);
    hob_await(child);
    cr_expect_str_eq(traced(), "TC");
}

/* Nothing is left behind. */

static int return_early_under_a_deadline(void *arg)
{
    hob_deadline(1000);
    hob_sleep(1);
    return number_of(arg);
}

static int return_after_the_deadline(void *arg)
{
    (void)arg;
    hob_deadline(1);
    return hob_sleep(INFINITY);
}

static int set_it_back_and_return(void *arg)
{
    (void)arg;
    double before = hob_deadline(1000);
    hob_sleep(1);
    hob_deadline_at(before);
    return 0;
}

static int set_it_often(void *arg)
{
    (void)arg;
    for (int i = 0; i < 10; i++) {
        hob_deadline(1000 + i);
        hob_sleep(1);
    }
    return 0;
}

static int be_cancelled_under_a_deadline(void *arg)
{
    (void)arg;
    hob_deadline(1000);
    hob_future *child = start(sleep_seconds, 500);
    hob_yield();
    hob_cancel(child);
    return hob_await(child);
}

static int leave_children_under_a_deadline(void *arg)
{
    (void)arg;
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
        {"returned early", return_early_under_a_deadline},
        {"returned late", return_after_the_deadline},
        {"set back", set_it_back_and_return},
        {"set often", set_it_often},
        {"cancelled", be_cancelled_under_a_deadline},
        {"left children", leave_children_under_a_deadline},
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

/* Most tasks of a fast server have one and never wait. */
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

/* The clock. */

CoroutineTest(deadline, now_is_on_the_clock_of_timers)
{
    struct timespec monotonic;
    hob_sleep(1.5);
    clock_gettime(CLOCK_MONOTONIC, &monotonic);
    cr_expect_eq(hob_now(), (double)monotonic.tv_sec + (double)monotonic.tv_nsec / 1e9);
}
