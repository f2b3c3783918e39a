#include "runtime/future.h"

#include <limits.h>
#include <math.h>

#include "runtime/loop.h"
#include "runtime/task.h"
#include "tests/support/clock.h"
#include "tests/support/coroutine.h"
#include "tests/support/current.h"
#include "tests/support/probe.h"
#include "tests/support/test.h"
#include "tests/support/trace.h"
#include "tests/support/traced_coroutines.h"

TestSuite(future, .timeout = 20);

/* A probe whose work takes a while to stop: another has to complete it. */
static void cancel_probe_slowly(hob_future *future, int reason)
{
    (void)reason;
    ((struct probe *)future)->cancels++;
}

static const struct future_kind slow_probe_kind = {cancel_probe_slowly, release_probe};

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

/* Join. */

CoroutineTest(future, join_of_nothing_is_zero_at_once)
{
    hob_future *other = start(run_once, 'o');
    cr_expect_eq(hob_join_all(NULL, 0), 0);
    cr_expect_str_eq(traced(), "");
    hob_await(other);
}

CoroutineTest(future, join_of_one_is_zero_unless_it_failed)
{
    for (size_t i = 0; i < COUNT(results); i++) {
        int expected = results[i] < 0 ? results[i] : 0;
        cr_expect_eq(hob_join(start(return_number, results[i])), expected, "%d", results[i]);
    }
}

#define MANY 1000

CoroutineTest(future, join_of_many_waits_for_all)
{
    static hob_future *many[MANY]; /* would be an eighth of the stack */
    static struct probe probes[MANY];
    for (size_t i = 0; i < MANY; i++)
        many[i] = start(return_number, (intptr_t)i);
    cr_expect_eq(hob_join_all(many, MANY), 0);
    cr_expect(list_empty(&this_task()->children), "all were consumed");

    for (size_t i = 0; i < MANY; i++) {
        probe_init(&probes[i], &probe_kind);
        future_complete(&probes[i].future, (int)i);
        many[i] = &probes[i].future;
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
    (void)arg;
    return hob_sleep(0.040);
}

/* One after the other would be four seconds. */
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
        cr_expect_eq(result, cases[i].expected, "case %zu: %d", i, result);
    }
}

static int fail(void *arg)
{
    (void)arg;
    return -EIO;
}

CoroutineTest(future, first_error_of_a_join_cancels_the_rest)
{
    hob_future *a = start(sleep_until_cancelled, 'a');
    hob_future *b = start(sleep_until_cancelled, 'b');
    cr_expect_eq(hob_join(a, start(fail, 0), b, hob_timer(INFINITY)), -EIO);
    cr_expect_str_eq(traced(), "ab");
}

/* Their data may be on the stack of the task that joins them. */
CoroutineTest(future, a_failed_join_waits_for_the_clean_up_of_the_rest)
{
    hob_future *a = start(clean_up_slowly, 'a');
    hob_future *b = start(clean_up_slowly, 'b');
    cr_expect_eq(hob_join(a, start(fail, 0), b), -EIO);
    trace('r');
    cr_expect_str_eq(traced(), "..abr");
}

CoroutineTest(future, an_error_that_was_there_before_the_join_cancels_the_rest)
{
    hob_future *failed = start(fail, 0);
    hob_yield();
    cr_expect_eq(hob_join(start(sleep_until_cancelled, 'a'), failed), -EIO);
    cr_expect_str_eq(traced(), "a");
}

CoroutineTest(future, of_errors_that_were_there_before_the_join_the_first_listed_wins)
{
    hob_future *one = start(return_number, -EIO);
    hob_future *other = start(return_number, -EPERM);
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
    probe_init(&ready, &probe_kind);
    probe_init(&waiting, &probe_kind);
    future_complete(&ready.future, 0);
    cr_expect_eq(hob_join(&ready.future, start(fail, 0), &waiting.future), -EIO);
    cr_expect_eq(ready.cancels, 0);
    cr_expect_eq(waiting.cancels, 1);
    cr_expect_eq(ready.releases, 1);
    cr_expect_eq(waiting.releases, 1);
}

static int join_two_that_clean_up(void *arg)
{
    (void)arg;
    hob_future *a = start(clean_up_slowly, 'a');
    int err = hob_join(a, start(clean_up_slowly, 'b'));
    trace('j');
    return err;
}

CoroutineTest(future, cancelling_who_joins_cancels_all_and_waits_for_them)
{
    hob_future *joiner = start(join_two_that_clean_up, 0);
    hob_yield();
    hob_yield();
    hob_cancel(joiner);
    cr_expect_eq(hob_await(joiner), -ECANCELED);
    cr_expect_str_eq(traced(), "..abj");
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

/* Every way to wait, for a task that was cancelled. Each returns what its await returned. */

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
    int result; /* for a cancelled coroutine */
} ways_to_wait[] = {
    {wait_by_sleep, -ECANCELED},
    {wait_by_yield, -ECANCELED},
    {wait_for_a_timer, -ECANCELED},
    {wait_for_a_coroutine, -ECANCELED},
    {join_one, -ECANCELED},
    /* A result that is ready is not lost: no other coroutine could take it. */
    {wait_for_what_is_ready, 1},
    {wait_for_what_failed, -EINVAL},
    {wait_for_null, -ENOMEM},
    {join_nothing, 0},
    {join_what_is_ready, -ENOMEM},
    {join_two_of_which_one_failed, -EINVAL},
};

CoroutineTest(future, every_wait_of_a_cancelled_coroutine_says_so_each_time)
{
    task_cancel(this_task(), -ECANCELED);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < COUNT(ways_to_wait); i++)
            cr_expect_eq(
                ways_to_wait[i].wait(), ways_to_wait[i].result, "round %d, way %zu", round, i);
    }
}

CoroutineTest(future, an_await_that_is_cancelled_waits_until_the_work_has_stopped)
{
    struct probe probe;
    probe_init(&probe, &slow_probe_kind);
    hob_future *waiter = hob_async(await_and_trace, &probe.future);
    hob_yield();
    hob_cancel(waiter);
    for (int i = 0; i < 5; i++)
        hob_yield();
    cr_expect_eq(probe.cancels, 1);
    cr_expect_str_eq(traced(), "", "the await returned while the work went on");
    future_complete(&probe.future, 0);
    cr_expect_eq(hob_await(waiter), -ECANCELED);
    cr_expect_eq(probe.releases, 1);
}

/* Ownership: however a maker and its future part, the future is released, and only once. */

static int await_it_when_ready(void *arg)
{
    struct probe *probe = arg;
    probe_init(probe, &probe_kind);
    future_complete(&probe->future, 0);
    return hob_await(&probe->future);
}

static int complete_it(void *arg)
{
    future_complete(arg, 0);
    return 0;
}

static int await_it_until_ready(void *arg)
{
    struct probe *probe = arg;
    probe_init(probe, &probe_kind);
    hob_future *other = hob_async(complete_it, &probe->future);
    hob_await(&probe->future);
    return hob_await(other);
}

static int join_it(void *arg)
{
    struct probe *probe = arg;
    probe_init(probe, &probe_kind);
    return hob_join(&probe->future, hob_async(complete_it, &probe->future));
}

static int cancel_and_await_it(void *arg)
{
    struct probe *probe = arg;
    probe_init(probe, &probe_kind);
    hob_cancel(&probe->future);
    return hob_await(&probe->future);
}

static int abandon_it(void *arg)
{
    probe_init(arg, &probe_kind);
    return 0;
}

static int abandon_it_when_cancelled(void *arg)
{
    struct probe *probe = arg;
    probe_init(probe, &probe_kind);
    hob_cancel(&probe->future);
    return 0;
}

static int abandon_it_when_ready(void *arg)
{
    struct probe *probe = arg;
    probe_init(probe, &probe_kind);
    future_complete(&probe->future, 0);
    return 0;
}

static int complete_it_later(void *arg)
{
    hob_yield();
    hob_yield();
    future_complete(arg, 0);
    return 0;
}

static int abandon_it_before_it_is_ready(void *arg)
{
    struct probe *probe = arg;
    probe_init(probe, &slow_probe_kind);
    hob_async(complete_it_later, &probe->future);
    return 0;
}

static int abandon_it_before_it_is_awaited(void *arg)
{
    probe_init(arg, &probe_kind);
    hob_yield();
    return 0;
}

static int let_a_child_await_it(void *arg)
{
    struct probe *probe = arg;
    probe_init(probe, &probe_kind);
    hob_future *child = hob_async(await_and_trace, &probe->future);
    hob_yield();
    future_complete(&probe->future, 0);
    return hob_await(child);
}

static int abandon_it_while_a_child_awaits_it(void *arg)
{
    struct probe *probe = arg;
    probe_init(probe, &probe_kind);
    hob_async(await_and_trace, &probe->future);
    return hob_yield();
}

/* The child awaits it when its maker has long returned. */
static int abandon_it_before_a_child_awaits_it(void *arg)
{
    struct probe *probe = arg;
    probe_init(probe, &probe_kind);
    hob_async(await_and_trace, &probe->future);
    return 0;
}

/* It is ready, and the child is about to find out, when its maker returns. */
static int abandon_it_before_a_child_has_noticed(void *arg)
{
    struct probe *probe = arg;
    probe_init(probe, &probe_kind);
    hob_async(await_and_trace, &probe->future);
    hob_yield();
    future_complete(&probe->future, 0);
    return 0;
}

CoroutineTest(future, is_released_once_whoever_awaits_it)
{
    static const struct {
        const char *name;
        hob_fn *maker;
    } cases[] = {
        {"awaited when ready", await_it_when_ready},
        {"awaited until ready", await_it_until_ready},
        {"joined", join_it},
        {"cancelled and awaited", cancel_and_await_it},
        {"abandoned", abandon_it},
        {"abandoned when cancelled", abandon_it_when_cancelled},
        {"abandoned when ready", abandon_it_when_ready},
        {"abandoned before it is ready", abandon_it_before_it_is_ready},
        {"awaited by a child", let_a_child_await_it},
        {"abandoned while a child awaits it", abandon_it_while_a_child_awaits_it},
        {"abandoned before a child awaits it", abandon_it_before_a_child_awaits_it},
        {"abandoned before a child has noticed", abandon_it_before_a_child_has_noticed},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct probe probe;
        hob_await(hob_async(cases[i].maker, &probe));
        cr_expect_eq(probe.releases, 1, "%s: %d", cases[i].name, probe.releases);
        cr_expect(probe.future.ready, "%s", cases[i].name);
    }
}

static int leave_a_sleeper_to_a_child(void *arg)
{
    (void)arg;
    hob_async(await_and_trace, start(sleep_until_cancelled, 's'));
    return hob_yield();
}

CoroutineTest(future, a_coroutine_left_to_a_child_is_released_once)
{
    const struct stack_pool *pool = stacks_usual(&loop_current()->stacks);
    hob_await(start(leave_a_sleeper_to_a_child, 0));
    cr_expect_str_eq(traced(), "sw");
    cr_expect_eq(pool->parked_count, pool->mapped_count - 1, "all but this task's");
}

CoroutineTest(future, one_can_be_awaited_by_a_task_above_its_maker)
{
    struct probe probe;
    hob_future *maker = hob_async(abandon_it_before_it_is_awaited, &probe);
    hob_yield();
    cr_expect_eq(hob_await(&probe.future), -ECANCELED);
    cr_expect_eq(hob_await(maker), 0);
    cr_expect_eq(probe.releases, 1);
}

/* Its maker is ready only when it is; neither may wait for the other's release. */
CoroutineTest(future, one_can_be_joined_together_with_its_maker)
{
    struct probe probe;
    hob_future *maker = hob_async(abandon_it_before_it_is_awaited, &probe);
    hob_yield();
    cr_expect_eq(hob_join(maker, &probe.future), -ECANCELED);
    cr_expect_eq(probe.releases, 1);
}

CoroutineTest(future, one_without_a_release_can_lie_on_a_stack)
{
    static const struct future_kind on_stack = {.cancel = cancel_probe};
    hob_future future;
    future_init(&future, &on_stack, NULL);
    hob_future *other = hob_async(complete_it, &future);
    cr_expect_eq(hob_await(&future), 0);
    hob_await(other);
}
