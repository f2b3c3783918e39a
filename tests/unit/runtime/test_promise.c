#include <ev.h>
#include <limits.h>
#include <pthread.h>

#include "runtime/loop.h"
#include "runtime/task.h"
#include "tests/support/traced_coroutines.h"

TestSuite(promise, .timeout = 20);

static const int results[] = {INT_MIN, -EIO, -ECANCELED, -1, 0, 1, 200, INT_MAX};

static int resolve_it(void *arg)
{
    hob_resolve(arg, 7);
    trace('r');
    return 0;
}

/* The resolver, and its time. */

CoroutineTest(promise, resolved_before_it_is_awaited_is_ready)
{
    for (size_t i = 0; i < COUNT(results); i++) {
        hob_future *promise = hob_promise();
        hob_future *bystander = start(run_once, 'o');
        hob_resolve(promise, results[i]);
        cr_expect_eq(hob_await(promise), results[i], "%d", results[i]);
        cr_expect_not(bystander->ready, "the await had nothing to wait for");
        hob_await(bystander);
    }
}

CoroutineTest(promise, is_not_ready_before_it_is_resolved)
{
    hob_future *promise = hob_promise();
    hob_future *waiter = hob_async(await_and_trace, promise);
    let_others_run();
    cr_expect_str_eq(traced(), "");
    hob_resolve(promise, 5);
    cr_expect_eq(hob_await(waiter), 5);
}

CoroutineTest(promise, can_be_resolved_by_another_coroutine)
{
    hob_future *promise = hob_promise();
    hob_future *resolver = hob_async(resolve_it, promise);
    cr_expect_eq(hob_await(promise), 7);
    hob_await(resolver);
}

/* A callback of some library must not find itself in the middle of a coroutine. */
CoroutineTest(promise, resolving_it_does_not_run_who_awaits_it)
{
    hob_future *promise = hob_promise();
    hob_future *waiter = hob_async(await_and_trace, promise);
    hob_yield();
    hob_resolve(promise, 5);
    cr_expect_str_eq(traced(), "");
    cr_expect_eq(hob_await(waiter), 5);
}

struct callback {
    ev_timer watcher;
    hob_future *promise;
    int result;
};

static void resolve_in_callback(struct ev_loop *ev, ev_timer *watcher, int events)
{
    const struct callback *callback = watcher->data;
    hob_resolve(callback->promise, callback->result);
}

static void resolve_soon(struct callback *callback, hob_future *promise, int result)
{
    callback->promise = promise;
    callback->result = result;
    ev_timer_init(&callback->watcher, resolve_in_callback, 0., 0.);
    callback->watcher.data = callback;
    ev_timer_start(task_ev_loop(task_current(__func__)), &callback->watcher);
}

/* The purpose of promises. Meanwhile no coroutine runs, and this one is the reason to wait. */
CoroutineTest(promise, can_be_resolved_by_a_callback_of_the_loop)
{
    for (size_t i = 0; i < COUNT(results); i++) {
        struct callback callback;
        hob_future *promise = hob_promise();
        resolve_soon(&callback, promise, results[i]);
        cr_expect_eq(hob_await(promise), results[i], "%d", results[i]);
    }
}

#define MANY 1000

CoroutineTest(promise, many_can_be_resolved_in_any_order)
{
    static hob_future *promises[MANY];
    for (size_t i = 0; i < MANY; i++)
        promises[i] = hob_promise();
    for (size_t i = 0; i < MANY; i++) {
        size_t any = i * 7919 % MANY;
        hob_resolve(promises[any], (int)any);
    }
    for (size_t i = 0; i < MANY; i++) {
        int result = hob_await(promises[i]);
        if (result != (int)i) /* one assertion each would take longer than the test */
            cr_expect_eq(result, (int)i);
    }
}

CoroutineTest(promise, can_be_joined)
{
    struct callback callbacks[3];
    hob_future *promises[] = {hob_promise(), hob_promise(), hob_promise()};
    for (size_t i = 0; i < COUNT(promises); i++)
        resolve_soon(&callbacks[i], promises[i], (int)i);
    cr_expect_eq(hob_join_all(promises, COUNT(promises)), 0);
}

CoroutineTest(promise, can_lose_a_race_and_be_resolved_afterwards)
{
    hob_future *promise = hob_promise();
    cr_expect_eq(hob_race(promise, start(run_once, 'o')), 0);
    hob_resolve(promise, 5);
}

/* When it is cancelled. */

CoroutineTest(promise, cancelled_is_ready_at_once)
{
    hob_future *promise = hob_promise();
    hob_future *bystander = start(run_once, 'o');
    hob_cancel(promise);
    cr_expect_eq(hob_await(promise), -ECANCELED);
    cr_expect_str_eq(traced(), "");
    hob_resolve(promise, 5);
    hob_await(bystander);
}

CoroutineTest(promise, resolved_after_it_was_cancelled_stays_cancelled)
{
    hob_future *promise = hob_promise();
    hob_cancel(promise);
    hob_resolve(promise, 5);
    cr_expect_eq(hob_await(promise), -ECANCELED);
}

CoroutineTest(promise, resolved_before_it_was_cancelled_stays_resolved)
{
    hob_future *promise = hob_promise();
    hob_resolve(promise, 5);
    hob_cancel(promise);
    cr_expect_eq(hob_await(promise), 5);
}

static int await_for_a_moment(void *promise)
{
    return hob_await_for(promise, 0);
}

CoroutineTest(promise, is_abandoned_when_its_await_was_interrupted)
{
    hob_fn *const interrupted[] = {await_it, await_for_a_moment};
    hob_future *awaited = hob_promise();
    cr_expect_not(hob_promise_abandoned(awaited));
    for (size_t i = 0; i < COUNT(interrupted); i++) {
        hob_future *promise = hob_promise();
        hob_future *waiter = hob_async(interrupted[i], promise);
        hob_yield();
        if (i == 0)
            hob_cancel(waiter);
        cr_expect_lt(hob_await(waiter), 0);
        cr_expect(hob_promise_abandoned(promise), "%zu", i);
        hob_resolve(promise, 1);
    }
    cr_expect_not(hob_promise_abandoned(awaited));
    hob_resolve(awaited, 3);
    cr_expect_eq(hob_await(awaited), 3);
}

CoroutineTest(promise, resolving_it_wakes_nobody_after_a_cancelled_await)
{
    hob_future *promise = hob_promise();
    hob_future *waiter = hob_async(await_and_trace, promise);
    hob_yield();
    hob_cancel(waiter);
    cr_expect_eq(hob_await(waiter), -ECANCELED);
    cr_expect_str_eq(traced(), "w");

    hob_future *bystander = start(sleep_until_cancelled, 'b'); /* where the waiter was */
    hob_yield();
    hob_resolve(promise, 5);
    for (int i = 0; i < 3; i++)
        hob_yield();
    cr_expect_str_eq(traced(), "w");
    hob_cancel(bystander);
    hob_await(bystander);
}

/*
 * The last one frees it: the one that awaits, or the one that resolves. That it is freed, and
 * only once, AddressSanitizer sees. Each case is a maker that is given a place to leave the promise
 * for its caller, who resolves what it finds there.
 */

static int await_it_when_resolved(void *arg)
{
    hob_future *promise = hob_promise();
    hob_resolve(promise, 0);
    return hob_await(promise);
}

static int resolve_it_while_a_child_awaits(void *arg)
{
    hob_future *promise = hob_promise();
    hob_future *waiter = hob_async(await_and_trace, promise);
    hob_yield();
    hob_resolve(promise, 0);
    return hob_await(waiter);
}

static int leave_it_to_a_resolver(void *arg)
{
    hob_async(resolve_it, hob_promise());
    return 0;
}

static int leave_it_resolved(void *arg)
{
    hob_resolve(hob_promise(), 0);
    return 0;
}

static int leave_it_cancelled_and_resolved(void *arg)
{
    hob_future *promise = hob_promise();
    hob_cancel(promise);
    hob_resolve(promise, 0);
    return 0;
}

static int leave_it(void *arg)
{
    *(hob_future **)arg = hob_promise();
    return 0;
}

static int leave_it_cancelled(void *arg)
{
    *(hob_future **)arg = hob_promise();
    hob_cancel(*(hob_future **)arg);
    return 0;
}

static int await_it_cancelled(void *arg)
{
    *(hob_future **)arg = hob_promise();
    hob_cancel(*(hob_future **)arg);
    return hob_await(*(hob_future **)arg);
}

static int await_it_until_a_deadline(void *arg)
{
    *(hob_future **)arg = hob_promise();
    hob_deadline(0);
    return hob_await(*(hob_future **)arg);
}

static int leave_it_to_one_who_awaits(void *arg)
{
    *(hob_future **)arg = hob_promise();
    hob_async(await_and_trace, *(hob_future **)arg);
    return hob_yield(); /* so that it does await it */
}

static int leave_it_in_a_race(void *arg)
{
    *(hob_future **)arg = hob_promise();
    return hob_race(start(run_once, '.'), *(hob_future **)arg);
}

CoroutineTest(promise, is_freed_once_whoever_comes_last)
{
    hob_fn *cases[] = {
        await_it_when_resolved,
        resolve_it_while_a_child_awaits,
        leave_it_to_a_resolver,
        leave_it_resolved,
        leave_it_cancelled_and_resolved,
        leave_it,
        leave_it_cancelled,
        await_it_cancelled,
        await_it_until_a_deadline,
        leave_it_to_one_who_awaits,
        leave_it_in_a_race,
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_future *left = NULL;
        hob_await(hob_async(cases[i], &left));
        if (left)
            hob_resolve(left, 0);
    }
}

/* From other threads. */

static void *resolve_on_a_thread(void *promise)
{
    hob_remote_resolve(promise, 7);
    return NULL;
}

static pthread_t start_thread(hob_future *promise)
{
    pthread_t thread;
    cr_expect_eq(pthread_create(&thread, NULL, resolve_on_a_thread, promise), 0);
    return thread;
}

CoroutineTest(promise, of_another_thread_keeps_the_loop_waiting)
{
    hob_future *promise = hob_remote_promise();
    pthread_t thread = start_thread(promise);
    cr_expect_eq(hob_await(promise), 7);
    pthread_join(thread, NULL);
}

CoroutineTest(promise, of_another_thread_may_be_resolved_early)
{
    hob_future *promise = hob_remote_promise();
    pthread_join(start_thread(promise), NULL);
    cr_expect_eq(hob_await(promise), 7);
}

CoroutineTest(promise, of_another_thread_may_be_cancelled)
{
    hob_future *promise = hob_remote_promise();
    hob_cancel(promise);
    cr_expect_eq(hob_await(promise), -ECANCELED);
    pthread_join(start_thread(promise), NULL);
}

static int give_up(void *promise)
{
    *(hob_future **)promise = hob_remote_promise();
    return 0; /* it is not awaited, so it is cancelled */
}

Test(promise, of_another_thread_may_outlive_its_loop)
{
    hob_future *promise = NULL;
    cr_expect_eq(hob_block_on(give_up, &promise), 0);
    pthread_join(start_thread(promise), NULL);
}

CoroutineTest(promise, the_remote_call_works_on_this_thread_too)
{
    hob_future *promise = hob_remote_promise();
    hob_remote_resolve(promise, 5);
    cr_expect_eq(hob_await(promise), 5);
}
