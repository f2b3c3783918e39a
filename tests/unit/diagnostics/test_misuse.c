/*
 * Mistakes in coroutines: each ends the process, with a message that names the task and the call.
 */
#include <pthread.h>
#include <semaphore.h>

#include "runtime/future.h"
#include "runtime/loop.h"
#include "runtime/task.h"
#include "tests/support/cook.h"
#include "tests/support/coroutine.h"
#include "tests/support/mistake.h"

TestSuite(misuse, .timeout = 60);

static int await_twice(void *arg)
{
    hob_future *future = hob_async(do_nothing, arg);
    hob_await(future);
    return hob_await(future);
}

static int await_a_timer_twice(void *arg)
{
    hob_future *timer = hob_timer(0);
    hob_await(timer);
    return hob_await(timer);
}

static int await_what_was_joined(void *arg)
{
    hob_future *future = hob_async(do_nothing, arg);
    hob_join(hob_timer(0), future);
    return hob_await(future);
}

static int join_what_lost_a_race(void *arg)
{
    hob_future *future = hob_async(sleep_for_ever, arg);
    hob_race(hob_timer(0), future);
    return hob_join(hob_timer(0), future);
}

static int race_what_was_awaited(void *arg)
{
    hob_future *future = hob_async(do_nothing, arg);
    hob_await(future);
    return hob_race(hob_timer(INFINITY), future);
}

static int cancel_what_was_awaited(void *arg)
{
    hob_future *future = hob_async(do_nothing, arg);
    hob_await(future);
    hob_cancel(future);
    return 0;
}

static int join_one_twice(void *arg)
{
    hob_future *timer = hob_timer(INFINITY);
    return hob_join(timer, hob_timer(0), timer);
}

static int race_one_twice(void *arg)
{
    hob_future *timer = hob_timer(INFINITY);
    return hob_race(timer, timer);
}

static int join_a_ready_one_twice(void *arg)
{
    hob_future *future = hob_async(do_nothing, arg);
    hob_yield();
    return hob_join(future, future);
}

static int await_what_another_awaits(void *arg)
{
    hob_future *timer = hob_timer(INFINITY);
    hob_async(await_it, timer);
    hob_yield();
    return hob_await(timer);
}

static int let_a_child_await_what_this_awaits(void *arg)
{
    hob_future *timer = hob_timer(INFINITY);
    hob_async_named("helper", await_it, timer);
    return hob_await(timer);
}

/* Futures of another thread, which has a loop of its own and offers them. */

static int resolve_it(void *arg)
{
    hob_resolve(arg, 0);
    return 0;
}

static hob_future *offered_timer, *offered_promise;
static sem_t is_offered;

static int offer_a_timer_and_a_promise(void *arg)
{
    offered_timer = hob_timer(INFINITY);
    offered_promise = hob_promise();
    sem_post(&is_offered);
    return hob_sleep(INFINITY);
}

static void *run_loop(void *arg)
{
    hob_block_on(offer_a_timer_and_a_promise, arg);
    return NULL;
}

static void wait_for_another_thread(void)
{
    pthread_t thread;
    sem_init(&is_offered, 0, 0);
    pthread_create(&thread, NULL, run_loop, NULL);
    sem_wait(&is_offered);
}

static int await_from_another_thread(void *arg)
{
    wait_for_another_thread();
    return hob_await(offered_timer);
}

static int join_from_another_thread(void *arg)
{
    wait_for_another_thread();
    return hob_join(hob_timer(0), offered_timer);
}

static int race_from_another_thread(void *arg)
{
    wait_for_another_thread();
    return hob_race(hob_timer(INFINITY), offered_timer);
}

static int resolve_from_another_thread(void *arg)
{
    wait_for_another_thread();
    return resolve_it(offered_promise);
}

static int resolve_on_a_thread_of_the_pool(void *arg)
{
    hob_future *promise = hob_promise();
    hob_offload(resolve_it, promise);
    return hob_await(promise);
}

static int resolve_twice(void *arg)
{
    hob_future *promise = hob_promise();
    hob_resolve(promise, 1);
    hob_resolve(promise, 1);
    return 0;
}

static int resolve_a_cancelled_one_twice(void *arg)
{
    hob_future *promise = hob_promise();
    hob_cancel(promise);
    hob_resolve(promise, 1);
    hob_resolve(promise, 1);
    return 0;
}

static int get_from_it(void *arg)
{
    void *value;
    return hob_queue_get(arg, &value);
}

static int put_into_it(void *arg)
{
    return hob_queue_put(arg, NULL);
}

static int free_a_queue_with_a_getter(void *arg)
{
    hob_queue *queue = hob_queue_new(1);
    hob_async(get_from_it, queue);
    hob_yield();
    hob_queue_free(queue);
    return 0;
}

static int free_a_queue_with_a_putter(void *arg)
{
    hob_queue *queue = hob_queue_new(1);
    hob_queue_put(queue, NULL);
    hob_async(put_into_it, queue);
    hob_yield();
    hob_queue_free(queue);
    return 0;
}

/* Closing wakes the getter; but it has not run yet, and will look at the queue when it does. */
static int free_a_queue_whose_getter_was_woken(void *arg)
{
    hob_queue *queue = hob_queue_new(1);
    hob_async(get_from_it, queue);
    hob_yield();
    hob_queue_close(queue);
    hob_queue_free(queue);
    return 0;
}

Test(misuse, is_named_with_its_task_and_call)
{
    struct mistake mistakes[] = {
        {await_twice, "cook", "hob_await", "awaited before"},
        {await_a_timer_twice, "cook", "hob_await", "awaited before"},
        {await_what_was_joined, "cook", "hob_await", "awaited before"},
        {join_what_lost_a_race, "cook", "hob_join_all", "awaited before"},
        {race_what_was_awaited, "cook", "hob_race_all", "awaited before"},
        {cancel_what_was_awaited, "cook", "hob_cancel", "awaited before"},
        {join_one_twice, "cook", "hob_join_all", "named twice"},
        {race_one_twice, "cook", "hob_race_all", "named twice"},
        {join_a_ready_one_twice, "cook", "hob_join_all", "named twice"},
        {await_what_another_awaits, "cook", "hob_await", "being awaited already"},
        {let_a_child_await_what_this_awaits, "helper", "hob_await", "being awaited already"},
        {await_from_another_thread, "cook", "hob_await", "another thread"},
        {join_from_another_thread, "cook", "hob_join_all", "another thread"},
        {race_from_another_thread, "cook", "hob_race_all", "another thread"},
        {resolve_from_another_thread, "cook", "hob_resolve", "another thread"},
        {resolve_on_a_thread_of_the_pool, NULL, "hob_resolve", "another thread"},
        {resolve_twice, "cook", "hob_resolve", "resolved before"},
        {resolve_a_cancelled_one_twice, "cook", "hob_resolve", "resolved before"},
        {free_a_queue_with_a_getter, "cook", "hob_queue_free", "waits"},
        {free_a_queue_with_a_putter, "cook", "hob_queue_free", "waits"},
        {free_a_queue_whose_getter_was_woken, "cook", "hob_queue_free", "waits"},
    };
    expect_mistakes(mistakes, COUNT(mistakes));
}

/* Clean-ups run when the frames of the coroutine's functions are gone. */

static void ignore(void *arg)
{
}

static int defer_a_local(void *arg)
{
    int local = 42;
    return hob_defer(ignore, &local);
}

static int defer_a_callers_local(void *arg)
{
    char local[1000];
    return hob_shield(defer_a_local, local);
}

static int defer_a_local_in_a_sized_call(void *arg)
{
    return hob_call_sized((size_t)256 * 1024, defer_a_local, arg);
}

static int defer_it(void *arg)
{
    return hob_defer(ignore, arg);
}

static int defer_a_callers_local_in_a_sized_call(void *arg)
{
    int local = 42;
    return hob_call_sized((size_t)256 * 1024, defer_it, &local);
}

static int defer_a_local_in_a_scope(void *arg)
{
    return task_scope(task_current(__func__), defer_a_local, arg);
}

Test(misuse, a_clean_up_of_a_local_variable_is_named)
{
    if (SANITIZED)
        return; /* locals may lie elsewhere then, and AddressSanitizer reports their use */
    struct mistake mistakes[] = {
        {defer_a_local, "cook", "hob_defer", "local variable"},
        {defer_a_callers_local, "cook", "hob_defer", "local variable"},
        {defer_a_local_in_a_scope, "cook", "hob_defer", "local variable"},
        {defer_a_local_in_a_sized_call, "cook", "hob_defer", "local variable"},
        {defer_a_callers_local_in_a_sized_call, "cook", "hob_defer", "local variable"},
    };
    expect_mistakes(mistakes, COUNT(mistakes));
}

static int await_a_child_that_awaits_twice(void *arg)
{
    return hob_await(hob_async_named("helper", await_twice, arg));
}

static int await_a_child_named_by_its_function(void *arg)
{
    return hob_await(hob_async(await_twice, arg));
}

static void await_twice_at_the_end(void *arg)
{
    await_twice(arg);
}

static int defer_a_mistake(void *arg)
{
    hob_defer(await_twice_at_the_end, arg);
    return 0;
}

Test(misuse, the_task_that_runs_is_named)
{
    struct mistake mistakes[] = {
        {await_a_child_that_awaits_twice, "helper", "hob_await", "awaited before"},
        {await_a_child_named_by_its_function, "await_twice", "hob_await", "awaited before"},
        {defer_a_mistake, "cook", "hob_await", "awaited before"},
    };
    expect_mistakes(mistakes, COUNT(mistakes));
}

static void block_on_without_a_name(void *arg)
{
    hob_block_on(await_twice, arg);
}

Test(misuse, the_first_task_is_called_like_its_function)
{
    const struct mistake mistake = {NULL, "await_twice", "hob_await", "awaited before"};
    struct child_end end = run_in_child(block_on_without_a_name, NULL);
    expect_message(&end, &mistake);
}

/* A deadlock: the first task waits, and nothing that could ever wake it is left. */

static int await_a_promise(void *arg)
{
    return hob_await(hob_promise());
}

static int await_one_that_awaits_a_promise(void *arg)
{
    hob_yield();
    return hob_await(hob_async(await_a_promise, arg));
}

static int join_promises(void *arg)
{
    return hob_join(hob_promise(), hob_timer(0), hob_promise());
}

static int race_promises(void *arg)
{
    return hob_race(hob_promise(), hob_promise());
}

static int get_from_an_empty_queue(void *arg)
{
    return get_from_it(hob_queue_new(1));
}

static int put_into_a_full_queue(void *arg)
{
    hob_queue *queue = hob_queue_new(1);
    put_into_it(queue);
    return put_into_it(queue);
}

static void leave_pending(hob_future *future, int reason)
{
}

/* With an idle stack and a used timer, which are no reason to wait for anything. */
static int await_what_never_comes_after_a_rush(void *arg)
{
    static const struct future_kind kind = {.cancel = leave_pending};
    hob_future never;
    future_init(&never, &kind, NULL);
    hob_await(hob_async(do_nothing, arg));
    hob_sleep(0);
    return hob_await(&never);
}

static int wait_for_nothing_after_a_function(void *arg)
{
    hob_future *promise = hob_promise();
    hob_await(hob_offload(return_number, NULL));
    hob_future *cancelled[] = {hob_offload(return_number, NULL), hob_offload(return_number, NULL)};
    hob_cancel(cancelled[0]);
    hob_cancel(cancelled[1]);
    hob_await(cancelled[0]);
    hob_await(cancelled[1]);
    return hob_await(promise);
}

Test(misuse, a_deadlock_names_the_first_task_and_its_call)
{
    struct mistake mistakes[] = {
        {await_a_promise, "cook", "hob_await", "deadlock"},
        {await_what_never_comes_after_a_rush, "cook", "hob_await", "deadlock"},
        {wait_for_nothing_after_a_function, "cook", "hob_await", "deadlock"},
        {await_one_that_awaits_a_promise, "cook", "hob_await", "deadlock"},
        {join_promises, "cook", "hob_join_all", "deadlock"},
        {race_promises, "cook", "hob_race_all", "deadlock"},
        {get_from_an_empty_queue, "cook", "hob_queue_get", "deadlock"},
        {put_into_a_full_queue, "cook", "hob_queue_put", "deadlock"},
    };
    expect_mistakes(mistakes, COUNT(mistakes));
}

static int await_a_promise_in_a_shield(void *arg)
{
    return hob_shield(await_a_promise, arg);
}

static int leave_what_never_ends(void *arg)
{
    hob_async(await_a_promise_in_a_shield, arg);
    return 0;
}

Test(misuse, a_deadlock_at_the_end_of_the_first_task_names_it)
{
    struct child_end end = run_cook(leave_what_never_ends);
    cr_expect(child_aborted(&end), "status %#x", end.status);
    cr_expect_not_null(strstr(end.output, "task 'cook'"), "%s", end.output);
    cr_expect_not_null(strstr(end.output, "deadlock"), "%s", end.output);
    cr_expect_null(strstr(end.output, "(null)"), "%s", end.output);
}
