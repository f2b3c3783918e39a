#include "runtime/task.h"

#include "memory/stack.h"
#include "runtime/loop.h"
#include "tests/support/call_back.h"
#include "tests/support/cook.h"
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

AtOnceTest(task, yield_goes_on_at_once_when_cancelled)
{
    task_cancel(this_task(), -ECANCELED);
    cr_expect_eq(hob_yield(), -ECANCELED);
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

CoroutineTest(task, a_chain_of_a_thousand_unawaited_is_joined)
{
    hob_await(start(leave_a_chain_and_return, 0));
    cr_expect_eq(chain_ends, DEPTH);
    cr_expect_eq(this_pool()->parked_count, this_pool()->mapped_count - 1, "all but this task's");
}

static int leave_a_sleeper(void *arg)
{
    start(sleep_until_cancelled, 's');
    hob_yield();
    trace('m');
    return 7;
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

/* The child runs: it may own what its argument points to. */
static int leave_one_that_never_ran(void *arg)
{
    start(run_once, 'c');
    return 0;
}

CoroutineTest(task, unawaited_children_are_joined)
{
    static const struct traced_case cases[] = {
        {"a sleeper is cancelled, and its maker's result kept", leave_a_sleeper, 'm', 7, "msr"},
        {"one that ignores its cancellation", leave_an_ignorant_child, 'm', 0, "iiir"},
        {"two clean up at the same time", leave_two_that_clean_up, 'm', 0, "......abr"},
        {"a grandchild", leave_three_generations, 'm', 0, "cgr"},
        {"one whose maker never waits", leave_one_that_never_ran, 'm', 0, "cr"},
    };
    expect_traces(cases, COUNT(cases));
}

CoroutineTest(task, one_cancelled_before_it_first_ran_still_runs)
{
    cr_expect_eq(cancel_and_await(start(sleep_until_cancelled, 'c')), -ECANCELED);
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
    cr_expect_eq(cancel_waiting(maker), -ECANCELED);
    cr_expect_str_eq(traced(), "cm");
}

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
    let_others_run();
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
    let_others_run();
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

CoroutineTest(task, the_hook_is_for_its_own_waits_until_its_end)
{
    hob_future *child = start(yield_twice, 'c');
    int calls = 0;
    task_set_before_wait(this_task(), count_call, &calls);
    hob_await(child);
    task_set_before_wait(this_task(), NULL, NULL);
    hob_yield();
    cr_expect_eq(calls, 1);
}

CoroutineTest(task, an_unwatched_one_is_released_when_it_returns)
{
    task_start(task_make_unawaited(this_task(), "run_once", run_once, NULL));
    cr_expect_eq(this_pool()->parked_count, 0);
    hob_yield();
    cr_expect_eq(this_pool()->parked_count, 1);
    cr_expect(list_empty(&this_task()->children));
}

static void start_unwatched(struct task *maker, hob_fn *fn, char name)
{
    task_start(task_make_unawaited(maker, "unwatched", fn, as_argument(name)));
}

static int leave_unwatched_ones(void *arg)
{
    start_unwatched(this_task(), sleep_until_cancelled, 'a');
    start_unwatched(this_task(), sleep_until_cancelled, 'b');
    hob_yield();
    trace(name_of(arg));
    return 0;
}

static void start_in_a_callback(void *maker)
{
    start_unwatched(maker, run_once, 'u');
    trace('c');
}

CoroutineTest(task, an_unwatched_one_of_a_callback_runs_at_once)
{
    struct call_back call;
    call_back_after(&call, 0, start_in_a_callback, this_task());
    while (traced()[0] == '\0')
        hob_yield();
    cr_expect_str_eq(traced(), "uc");
    cr_expect_eq(this_pool()->parked_count, 1);
}

static int clean_up_with_help(void *maker)
{
    hob_sleep(INFINITY);
    start_unwatched(maker, sleep_until_cancelled, 'u');
    return 0;
}

static int leave_one_that_makes_another(void *arg)
{
    hob_async(clean_up_with_help, this_task());
    return hob_yield();
}

CoroutineTest(task, unwatched_ones_are_joined_with_their_maker)
{
    static const struct traced_case cases[] = {
        {"two that sleep", leave_unwatched_ones, 'm', 0, "mabr"},
        {"one made during the join", leave_one_that_makes_another, 'm', 0, "ur"},
    };
    expect_traces(cases, COUNT(cases));
    cr_expect_eq(this_pool()->parked_count, this_pool()->mapped_count - 1, "all but this task's");
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

Test(task, one_that_overflows_its_stack_ends_the_process)
{
    struct child_end end = run_cook(await_endless_recursion);
    cr_expect(child_faulted(&end), "status %#x", end.status);
}
