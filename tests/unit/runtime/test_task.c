#include "runtime/task.h"

#include <ev.h>

#include "memory/stack.h"
#include "runtime/loop.h"
#include "tests/support/child.h"
#include "tests/support/current.h"
#include "tests/support/memory.h"
#include "tests/support/traced_coroutines.h"

TestSuite(task, .timeout = 20);

static struct stack_pool *this_pool(void)
{
    return stacks_default(&loop_current()->stacks);
}

static int yield_twice(void *arg)
{
    trace(name_of(arg));
    hob_yield();
    trace(name_of(arg));
    hob_yield();
    trace(name_of(arg));
    return 0;
}

/* When it runs, and in which order. */

CoroutineTest(task, first_runs_when_its_maker_waits)
{
    hob_future *child = start(run_once, 'c');
    trace('m');
    hob_await(child);
    cr_expect_str_eq(traced(), "mc");
}

CoroutineTest(task, several_run_in_the_order_they_were_made)
{
    hob_join(start(run_once, 'a'), start(run_once, 'b'), start(run_once, 'c'));
    cr_expect_str_eq(traced(), "abc");
}

CoroutineTest(task, the_order_of_awaits_does_not_change_that_of_runs)
{
    hob_future *a = start(run_once, 'a');
    hob_future *b = start(run_once, 'b');
    hob_await(b);
    hob_await(a);
    cr_expect_str_eq(traced(), "ab");
}

CoroutineTest(task, several_that_yield_take_turns)
{
    hob_join(start(yield_twice, 'a'), start(yield_twice, 'b'), start(yield_twice, 'c'));
    cr_expect_str_eq(traced(), "abcabcabc");
}

static int make_two_and_yield(void *arg)
{
    hob_future *x = start(run_once, 'x');
    hob_future *y = start(run_once, 'y');
    trace('m');
    hob_yield();
    trace('m');
    return hob_join(x, y);
}

CoroutineTest(task, one_made_during_a_turn_runs_in_the_next)
{
    hob_join(start(make_two_and_yield, 0), start(yield_twice, 'a'));
    cr_expect_str_eq(traced(), "maxymaa");
}

CoroutineTest(task, yield_lets_every_other_run_once)
{
    hob_future *a = start(yield_twice, 'a');
    hob_future *b = start(yield_twice, 'b');
    cr_expect_eq(hob_yield(), 0);
    cr_expect_str_eq(traced(), "ab");
    hob_join(a, b);
}

CoroutineTest(task, yield_goes_on_at_once_when_cancelled)
{
    hob_future *other = start(run_once, 'o');
    task_cancel(this_task(), -ECANCELED);
    cr_expect_eq(hob_yield(), -ECANCELED);
    cr_expect_str_eq(traced(), "");
    hob_await(other);
}

/* Chains: a coroutine that makes one that makes one... */

#define DEPTH 1000

static int await_a_chain(void *arg)
{
    int depth = number_of(arg);
    if (depth == 0)
        return 0;
    int below = hob_await(start(await_a_chain, depth - 1));
    return below < 0 ? below : below + 1;
}

CoroutineTest(task, a_chain_of_a_thousand_awaits_returns)
{
    cr_expect_eq(hob_await(start(await_a_chain, DEPTH)), DEPTH);
}

static int chain_ends;

static int leave_a_chain(void *arg)
{
    int depth = number_of(arg);
    if (depth > 0)
        start(leave_a_chain, depth - 1);
    hob_sleep(INFINITY);
    chain_ends++;
    return 0;
}

static int leave_a_chain_and_return(void *arg)
{
    start(leave_a_chain, DEPTH - 1);
    for (int i = 0; i < DEPTH; i++)
        hob_yield(); /* until the last link was made */
    return 0;
}

CoroutineTest(task, a_chain_of_a_thousand_that_nobody_awaits_is_joined)
{
    hob_await(start(leave_a_chain_and_return, 0));
    cr_expect_eq(chain_ends, DEPTH);
    cr_expect_eq(this_pool()->parked_count, this_pool()->mapped_count - 1, "all but this task's");
}

/* Nothing outlives its maker. */

static int leave_a_sleeper(void *arg)
{
    start(sleep_until_cancelled, 's');
    hob_yield();
    trace('m');
    return 7;
}

CoroutineTest(task, a_child_nobody_awaits_is_cancelled_and_joined)
{
    int result = hob_await(start(leave_a_sleeper, 0));
    trace('r');
    cr_expect_str_eq(traced(), "msr");
    cr_expect_eq(result, 7, "what became of the child does not change its maker's result");
}

/* As a handler that checks no result. */
static int ignore_cancellation(void *arg)
{
    for (int i = 0; i < 3; i++) {
        hob_sleep(INFINITY);
        trace(name_of(arg));
    }
    return 0;
}

static int leave_an_ignorant_child(void *arg)
{
    start(ignore_cancellation, 'i');
    return hob_yield();
}

CoroutineTest(task, a_child_that_ignores_its_cancellation_still_ends)
{
    hob_await(start(leave_an_ignorant_child, 0));
    trace('r');
    cr_expect_str_eq(traced(), "iiir");
}

/* Its clean-up lets others run before it is done. */
static int clean_up_in_three_turns(void *arg)
{
    hob_sleep(INFINITY);
    for (int i = 0; i < 3; i++)
        hob_await(start(run_once, '.'));
    trace(name_of(arg));
    return 0;
}

static int leave_two_that_clean_up(void *arg)
{
    start(clean_up_in_three_turns, 'a');
    start(clean_up_in_three_turns, 'b');
    return hob_yield();
}

CoroutineTest(task, children_nobody_awaits_are_joined_at_the_same_time)
{
    hob_await(start(leave_two_that_clean_up, 0));
    trace('r');
    cr_expect_str_eq(traced(), "......abr");
}

static int leave_a_sleeper_and_sleep(void *arg)
{
    start(sleep_until_cancelled, 'g');
    return sleep_until_cancelled(arg);
}

static int leave_three_generations(void *arg)
{
    start(leave_a_sleeper_and_sleep, 'c');
    hob_yield();
    return hob_yield();
}

CoroutineTest(task, unawaited_grandchildren_are_cancelled_and_joined)
{
    hob_await(start(leave_three_generations, 0));
    trace('r');
    cr_expect_str_eq(traced(), "cgr");
}

static int leave_one_that_never_ran(void *arg)
{
    start(run_once, 'c');
    return 0;
}

/* It may own what its argument points to. */
CoroutineTest(task, an_unawaited_child_runs_if_its_maker_never_waits)
{
    hob_await(start(leave_one_that_never_ran, 0));
    trace('r');
    cr_expect_str_eq(traced(), "cr");
}

CoroutineTest(task, one_cancelled_before_it_first_ran_still_runs)
{
    hob_future *child = start(sleep_until_cancelled, 'c');
    hob_cancel(child);
    cr_expect_eq(hob_await(child), -ECANCELED);
    cr_expect_str_eq(traced(), "c");
}

CoroutineTest(task, cancelling_a_maker_reaches_the_child_it_awaits)
{
    hob_future *maker = start(leave_a_sleeper_and_sleep, 'm');
    hob_yield();
    hob_yield();
    hob_cancel(maker);
    cr_expect_str_eq(traced(), "", "nothing runs before this task waits");
    cr_expect_eq(hob_await(maker), -ECANCELED);
    cr_expect_str_eq(traced(), "mg");
}

static int await_a_sleeper_though_cancelled(void *arg)
{
    hob_sleep(INFINITY);
    int err = hob_await(start(sleep_until_cancelled, 'c'));
    trace('m');
    return err;
}

CoroutineTest(task, a_child_of_a_cancelled_task_is_cancelled)
{
    hob_future *maker = start(await_a_sleeper_though_cancelled, 0);
    hob_yield();
    hob_cancel(maker);
    cr_expect_eq(hob_await(maker), -ECANCELED);
    cr_expect_str_eq(traced(), "cm");
}

/* Waking. */

static int resumed;

static int count_resumes(void *arg)
{
    struct task *self = this_task();
    while (!self->cancelled) {
        task_suspend(self);
        resumed++;
    }
    return 0;
}

CoroutineTest(task, woken_twice_runs_once)
{
    hob_future *child = start(count_resumes, 0);
    hob_yield();
    task_wake(async_task(child));
    task_wake(async_task(child));
    for (int i = 0; i < 3; i++)
        hob_yield();
    cr_expect_eq(resumed, 1);
}

static int wake_itself_and_wait(void *arg)
{
    task_wake(this_task());
    return count_resumes(arg);
}

CoroutineTest(task, waking_the_running_one_does_nothing)
{
    start(wake_itself_and_wait, 0);
    for (int i = 0; i < 3; i++)
        hob_yield();
    cr_expect_eq(resumed, 0);
}

CoroutineTest(task, cancelled_twice_is_woken_once)
{
    hob_future *child = start(ignore_cancellation, 'i');
    hob_yield();
    task_cancel(async_task(child), -ECANCELED);
    task_cancel(async_task(child), -ECANCELED);
    cr_expect_eq(hob_await(child), 0);
    cr_expect_str_eq(traced(), "iii");
}

/* A wake-up for no reason, which task_suspend() allows, must not end an await. */
CoroutineTest(task, a_wake_up_for_no_reason_does_not_end_an_await)
{
    hob_future *child = start(sleep_until_cancelled, 's');
    hob_yield();
    task_wake(async_task(child));
    hob_yield();
    cr_expect_str_eq(traced(), "");
}

/* The hook that is called before a task waits. */

static void count_call(void *arg)
{
    (*(int *)arg)++;
}

CoroutineTest(task, the_hook_is_called_once_for_each_wait)
{
    int calls = 0;
    task_set_before_wait(this_task(), count_call, &calls);
    hob_yield();
    cr_expect_eq(calls, 1);
    hob_sleep(0);
    cr_expect_eq(calls, 2);
    hob_await(start(run_once, 'c'));
    cr_expect_eq(calls, 3);
    hob_join(start(yield_twice, 'a'), start(run_once, 'b'));
    cr_expect_eq(calls, 4);
    task_set_before_wait(this_task(), NULL, NULL);
}

static void trace_hook(void *arg)
{
    trace(name_of(arg));
}

CoroutineTest(task, the_hook_is_called_before_anybody_else_runs)
{
    hob_future *child = start(run_once, 'c');
    task_set_before_wait(this_task(), trace_hook, as_argument('h'));
    hob_await(child);
    task_set_before_wait(this_task(), NULL, NULL);
    cr_expect_str_eq(traced(), "hc");
}

CoroutineTest(task, the_hook_is_not_called_without_a_wait)
{
    hob_future *ready = start(run_once, 'a');
    hob_future *ready_too = start(run_once, 'b');
    hob_yield();

    int calls = 0;
    task_set_before_wait(this_task(), count_call, &calls);
    hob_await(ready);
    hob_join(ready_too, NULL);
    hob_join_all(NULL, 0);
    hob_await(NULL);
    hob_await(hob_timer(NAN));
    task_cancel(this_task(), -ECANCELED);
    hob_yield();
    hob_sleep(INFINITY);
    hob_await(hob_timer(INFINITY));
    cr_expect_eq(calls, 0);
    task_set_before_wait(this_task(), NULL, NULL);
}

CoroutineTest(task, the_hook_is_not_called_when_others_wait)
{
    hob_future *child = start(yield_twice, 'c');
    int calls = 0;
    task_set_before_wait(this_task(), count_call, &calls);
    hob_await(child);
    cr_expect_eq(calls, 1);
    task_set_before_wait(this_task(), NULL, NULL);
}

CoroutineTest(task, the_hook_is_not_called_after_its_end)
{
    int calls = 0;
    task_set_before_wait(this_task(), count_call, &calls);
    task_set_before_wait(this_task(), NULL, NULL);
    hob_yield();
    cr_expect_eq(calls, 0);
}

/* Unwatched tasks. */

CoroutineTest(task, an_unwatched_one_is_released_when_it_returns)
{
    task_start(task_make_unawaited(this_task(), "run_once", run_once, NULL));
    cr_expect_eq(this_pool()->parked_count, 0);
    hob_yield();
    cr_expect_eq(this_pool()->parked_count, 1);
    cr_expect(list_empty(&this_task()->children));
}

static int leave_unwatched_ones(void *arg)
{
    struct task *self = this_task();
    task_start(task_make_unawaited(
        self, "sleep_until_cancelled", sleep_until_cancelled, as_argument('a')));
    task_start(task_make_unawaited(
        self, "sleep_until_cancelled", sleep_until_cancelled, as_argument('b')));
    hob_yield();
    trace(name_of(arg));
    return 0;
}

CoroutineTest(task, unwatched_ones_are_joined_with_their_maker)
{
    hob_await(start(leave_unwatched_ones, 'm'));
    trace('r');
    cr_expect_str_eq(traced(), "mabr");
    cr_expect_eq(this_pool()->parked_count, this_pool()->mapped_count - 1, "all but this task's");
}

static void spawn_from_callback(struct ev_loop *ev, ev_timer *watcher, int events)
{
    task_start(task_make_unawaited(watcher->data, "run_once", run_once, as_argument('u')));
    trace('c');
}

CoroutineTest(task, an_unwatched_one_of_a_callback_runs_at_once)
{
    ev_timer watcher;
    ev_timer_init(&watcher, spawn_from_callback, 0., 0.);
    watcher.data = this_task();
    ev_timer_start(task_ev_loop(this_task()), &watcher);
    while (traced()[0] == '\0')
        hob_yield();
    cr_expect_str_eq(traced(), "uc");
    cr_expect_eq(this_pool()->parked_count, 1);
}

static int clean_up_with_help(void *arg)
{
    hob_sleep(INFINITY);
    task_start(
        task_make_unawaited(arg, "sleep_until_cancelled", sleep_until_cancelled, as_argument('u')));
    return 0;
}

static int leave_one_that_makes_another(void *arg)
{
    hob_async(clean_up_with_help, this_task());
    return hob_yield();
}

CoroutineTest(task, an_unwatched_one_made_during_the_join_is_cancelled)
{
    hob_await(start(leave_one_that_makes_another, 0));
    trace('r');
    cr_expect_str_eq(traced(), "ur");
}

/* The memory of a task, and the lack of it. */

CoroutineTest(task, one_that_waits_costs_one_page)
{
    if (!SANITIZED) { /* the sanitizers touch more */
        /* On the stack of this one the dynamic linker finds the functions that both call. */
        start(sleep_until_cancelled, 's');
        hob_yield();
        hob_future *child = start(sleep_until_cancelled, 's');
        hob_yield();
        char *bottom = async_task(child)->stack->bottom;
        char *mapping = bottom - this_pool()->guard_size;
        cr_expect_eq(resident_pages(mapping, this_pool()->map_size), 1);
    }
}

CoroutineTest(task, without_memory_for_its_stack_none_is_made)
{
    struct stack_pool *pool = this_pool();
    char *end = pool->unused_end;
    pool->unused_end = pool->unused; /* as if all that were mapped at once had been taken */
    limit_address_space(0);
    hob_future *future = start(run_once, 'c');
    struct task *unwatched = task_make_unawaited(this_task(), "run_once", run_once, NULL);
    unlimit_address_space();
    pool->unused_end = end;
    cr_expect_null(future);
    cr_expect_null(unwatched);
    cr_expect_eq(hob_await(future), -ENOMEM);
    cr_expect_str_eq(traced(), "");
}

CoroutineTest(task, the_stack_of_one_that_was_awaited_is_used_again)
{
    for (int i = 0; i < 100; i++)
        hob_await(start(run_once, '.'));
    cr_expect_eq(this_pool()->mapped_count, 2);
}

static int recurse(void *arg)
{
    volatile char local[256];
    local[0] = 1;
    return number_of(arg) == 0 ? 0 : recurse(as_argument((intptr_t)arg - 1)) + local[0];
}

static int await_endless_recursion(void *arg)
{
    return hob_await(start(recurse, -1));
}

static void block_on_endless_recursion(void *arg)
{
    hob_block_on(await_endless_recursion, arg);
}

Test(task, one_that_overflows_its_stack_ends_the_process)
{
    struct child_end end = run_in_child(block_on_endless_recursion, NULL);
    cr_expect(child_faulted(&end), "status %#x", end.status);
}
