#include <limits.h>
#include <pthread.h>

#include "runtime/future.h"
#include "tests/support/call_back.h"
#include "tests/support/traced_coroutines.h"

TestSuite(promise, .timeout = 20);

static const int results[] = {INT_MIN, -EIO, -ECANCELED, -1, 0, 1, 200, INT_MAX};

static int resolve_it(void *arg)
{
    hob_resolve(arg, 7);
    trace('r');
    return 0;
}

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

/* And a callback of some library must not find itself in the middle of a coroutine. */
CoroutineTest(promise, is_not_ready_before_it_is_resolved)
{
    hob_future *promise = hob_promise();
    hob_future *waiter = hob_async(await_and_trace, promise);
    let_others_run();
    cr_expect_str_eq(traced(), "");
    hob_resolve(promise, 5);
    cr_expect_str_eq(traced(), "", "the waiter has run before this coroutine waits");
    cr_expect_eq(hob_await(waiter), 5);
}

CoroutineTest(promise, can_be_resolved_by_another_coroutine)
{
    hob_future *promise = hob_promise();
    hob_future *resolver = hob_async(resolve_it, promise);
    cr_expect_eq(hob_await(promise), 7);
    hob_await(resolver);
}

struct resolution {
    struct call_back call;
    hob_future *promise;
    int result;
};

static void resolve_with_result(void *arg)
{
    const struct resolution *self = arg;
    hob_resolve(self->promise, self->result);
}

static hob_future *promise_resolved_soon(struct resolution *self, int result)
{
    self->promise = hob_promise();
    self->result = result;
    call_back_after(&self->call, 0, resolve_with_result, self);
    return self->promise;
}

CoroutineTest(promise, can_be_resolved_by_a_callback_of_the_loop)
{
    for (size_t i = 0; i < COUNT(results); i++) {
        struct resolution soon;
        int result = hob_await(promise_resolved_soon(&soon, results[i]));
        cr_expect_eq(result, results[i], "%d", results[i]);
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
    struct resolution soon[3];
    int result = hob_join(
        promise_resolved_soon(&soon[0], 0), promise_resolved_soon(&soon[1], 1),
        promise_resolved_soon(&soon[2], 2));
    cr_expect_eq(result, 0);
}

CoroutineTest(promise, can_lose_a_race_and_be_resolved_afterwards)
{
    hob_future *promise = hob_promise();
    cr_expect_eq(hob_race(promise, start(run_once, 'o')), 0);
    hob_resolve(promise, 5);
}

AtOnceTest(promise, cancelled_is_ready_at_once_and_stays_so)
{
    hob_future *promise = hob_promise(), *resolved = hob_promise();
    cr_expect_eq(cancel_and_await(promise), -ECANCELED);
    hob_resolve(promise, 5);

    hob_cancel(resolved);
    hob_resolve(resolved, 5);
    cr_expect_eq(hob_await(resolved), -ECANCELED);
}

CoroutineTest(promise, resolved_before_it_was_cancelled_stays_resolved)
{
    hob_future *promise = hob_promise();
    hob_resolve(promise, 5);
    cr_expect_eq(cancel_and_await(promise), 5);
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

CoroutineTest(promise, resolving_it_wakes_none_after_a_cancelled_await)
{
    hob_future *promise = hob_promise();
    cr_expect_eq(cancel_waiting(hob_async(await_and_trace, promise)), -ECANCELED);
    cr_expect_str_eq(traced(), "w");

    hob_future *bystander = start(sleep_until_cancelled, 'b'); /* where the waiter was */
    hob_yield();
    hob_resolve(promise, 5);
    let_others_run();
    cr_expect_str_eq(traced(), "w");
    cancel_and_await(bystander);
}

/*
 * The last one frees it: the one that awaits, or the one that resolves. AddressSanitizer checks
 * that it is freed, and only once. Each case is the use of a promise by its maker, which returns
 * whether the promise has to be resolved after the maker's end.
 */

static int await_it_when_resolved(void *promise)
{
    hob_resolve(promise, 0);
    hob_await(promise);
    return false;
}

static int resolve_it_while_a_child_awaits(void *promise)
{
    hob_future *waiter = hob_async(await_and_trace, promise);
    hob_yield();
    hob_resolve(promise, 0);
    hob_await(waiter);
    return false;
}

static int leave_it_to_a_resolver(void *promise)
{
    hob_async(resolve_it, promise);
    return false;
}

static int leave_it_resolved(void *promise)
{
    hob_resolve(promise, 0);
    return false;
}

static int leave_it_cancelled_and_resolved(void *promise)
{
    hob_cancel(promise);
    hob_resolve(promise, 0);
    return false;
}

static int leave_it(void *promise)
{
    return true;
}

static int leave_it_cancelled(void *promise)
{
    hob_cancel(promise);
    return true;
}

static int await_it_cancelled(void *promise)
{
    cancel_and_await(promise);
    return true;
}

static int await_it_until_a_deadline(void *promise)
{
    hob_deadline(0);
    hob_await(promise);
    return true;
}

static int leave_it_to_one_who_awaits(void *promise)
{
    hob_async(await_and_trace, promise);
    hob_yield(); /* so that it does await it */
    return true;
}

static int leave_it_in_a_race(void *promise)
{
    hob_race(start(run_once, '.'), promise);
    return true;
}

static hob_future *promised;

static int make_a_promise_for(void *use)
{
    promised = hob_promise();
    return (*(hob_fn **)use)(promised);
}

CoroutineTest(promise, is_freed_once_by_awaiter_or_resolver)
{
    hob_fn *uses[] = {
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
    for (size_t i = 0; i < COUNT(uses); i++) {
        if (hob_await(hob_async(make_a_promise_for, (void *)&uses[i])))
            hob_resolve(promised, 0);
    }
}

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
    cr_expect_eq(cancel_and_await(promise), -ECANCELED);
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
