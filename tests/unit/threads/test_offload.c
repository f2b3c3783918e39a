#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>

#include "hob/testing.h"
#include "runtime/future.h"
#include "tests/support/descriptors.h"
#include "tests/support/eventually.h"
#include "tests/support/gate.h"
#include "tests/support/memory.h"
#include "tests/support/traced_coroutines.h"

TestSuite(offload, .timeout = 30);

static hob_future *offload(hob_fn *fn, intptr_t number)
{
    return hob_offload(fn, as_argument(number));
}

/* Runs a function that must not be run. */
static int never(void *arg)
{
    trace('!');
    return 0;
}

CoroutineTest(offload, returns_what_the_function_returns)
{
    static const int results[] = {INT_MIN, -EIO, -ECANCELED, -1, 0, 1, INT_MAX};
    for (size_t i = 0; i < COUNT(results); i++)
        cr_expect_eq(hob_await(offload(return_number, results[i])), results[i], "%d", results[i]);
}

static int set_thread(void *arg)
{
    *(pthread_t *)arg = pthread_self();
    return 0;
}

CoroutineTest(offload, runs_the_function_on_another_thread)
{
    pthread_t thread = pthread_self();
    cr_expect_eq(hob_await(hob_offload(set_thread, &thread)), 0);
    cr_expect_not(pthread_equal(thread, pthread_self()));
}

/* If the loop waited for it, the gate would stay closed. */
GateTest(offload, other_coroutines_run_meanwhile)
{
    hob_future *job = hob_offload(pass_gate, gate);
    wait_until_reached(gate);
    cr_expect_not(job->ready);
    cr_expect_eq(hob_offload_unfinished(), 1);
    open_gate(gate);
    cr_expect_eq(hob_await(job), 7);
    cr_expect_eq(hob_offload_unfinished(), 0);
}

CoroutineTest(offload, can_be_joined)
{
    cr_expect_eq(hob_join(offload(return_number, 1), offload(return_number, 2)), 0);
    cr_expect_eq(hob_join(offload(return_number, 1), offload(return_number, -EIO)), -EIO);
}

/* As every loser of a race, it has ended when the race is over. */
GateTest(offload, that_loses_a_race_is_waited_for)
{
    hob_future *job = hob_offload(pass_gate, gate);
    wait_until_reached(gate);
    open_gate(gate);
    cr_expect_eq(hob_race(job, start(return_number, 3)), 3);
    cr_expect_eq(gate->passed, 1);
}

static int leave_a_thread(void *arg)
{
    size_t before = *(size_t *)arg;
    cr_expect_eq(count_threads(), before, "one is there before the first function needs it");
    hob_await(offload(return_number, 0));
    cr_expect_eq(count_threads(), before + 1);
    return 0;
}

Test(offload, threads_exist_from_the_first_function_to_the_end)
{
    size_t before = count_threads();
    for (int i = 0; i < 3; i++) {
        hob_block_on(leave_a_thread, &before);
        /* The kernel may show one for a moment after it was joined. */
        cr_expect(eventually(count_threads() == before));
    }
    cr_expect_not(has_leaks());
}

CoroutineTest(offload, an_idle_thread_is_used_again)
{
    size_t before = count_threads();
    for (int i = 0; i < 100; i++)
        hob_await(offload(return_number, 0));
    cr_expect_eq(count_threads(), before + 1);
}

/* Uses `threads` of them at once, with more functions than that, and expects no more. */
static void use_threads(size_t threads)
{
    struct gate gate;
    hob_future *jobs[20];
    size_t before = count_threads();
    gate_init(&gate);
    for (size_t i = 0; i < COUNT(jobs); i++)
        jobs[i] = hob_offload(pass_gate, &gate);
    for (size_t i = 0; i < threads; i++)
        wait_until_reached(&gate);
    char byte;
    cr_expect_eq(read(gate.reached[0], &byte, 1), -1, "more have begun");
    cr_expect_eq(count_threads() - before, threads);
    for (size_t i = 0; i < COUNT(jobs); i++)
        open_gate(&gate);
    cr_expect_eq(hob_join_all(jobs, COUNT(jobs)), 0);
    cr_expect_eq(count_threads() - before, threads);
    gate_destroy(&gate);
}

static int use_limited_threads(void *arg)
{
    size_t threads = (size_t)number_of(arg);
    cr_expect_eq(hob_offload_limits(threads, 100), 0);
    use_threads(threads);
    return 0;
}

Test(offload, as_many_threads_work_at_once_as_the_limit_says)
{
    for (int threads = 1; threads <= 8; threads *= 2) {
        hob_block_on(use_limited_threads, as_argument(threads));
        cr_expect(eventually(count_threads() < 8));
    }
}

CoroutineTest(offload, four_threads_work_at_once_by_default)
{
    use_threads(4);
}

CoroutineTest(offload, functions_begin_in_the_order_they_were_queued)
{
    hob_offload_limits(1, 100);
    hob_join(
        offload(run_once, 'a'), offload(run_once, 'b'), offload(run_once, 'c'),
        offload(run_once, 'd'), offload(run_once, 'e'));
    cr_expect_str_eq(traced(), "abcde");
}

static atomic_int ran;

static int count_run(void *arg)
{
    return atomic_fetch_add(&ran, 1);
}

CoroutineTest(offload, thousands_of_functions_run_once_each)
{
    static hob_future *jobs[1000];
    for (int round = 1; round <= 5; round++) {
        for (size_t i = 0; i < COUNT(jobs); i++)
            jobs[i] = offload(count_run, 0);
        cr_expect_eq(hob_join_all(jobs, COUNT(jobs)), 0);
        cr_expect_eq(atomic_load(&ran), round * (int)COUNT(jobs));
    }
}

CoroutineTest(offload, limits_can_be_set_until_a_thread_is_there)
{
    cr_expect_eq(hob_offload_limits(1, 1), 0);
    cr_expect_eq(hob_offload_limits(3, 30), 0);
    cr_expect_eq(hob_offload_limits(0, 1), -EINVAL);
    cr_expect_eq(hob_offload_limits(1, 0), -EINVAL);
    cr_expect_eq(hob_offload_limits(0, 0), -EINVAL);
    cr_expect_eq(hob_await(offload(return_number, 3)), 3, "the ones before hold");
    cr_expect_eq(hob_offload_limits(3, 30), -EBUSY);
    cr_expect_eq(hob_await(offload(return_number, 3)), 3);
}

static int set_one_thread(void *arg)
{
    return hob_offload_limits(1, 1);
}

Test(offload, limits_hold_for_one_loop)
{
    hob_block_on(set_one_thread, NULL);
    hob_block_on(set_one_thread, NULL);
    cr_expect_eq(hob_block_on(use_limited_threads, as_argument(4)), 0);
}

/* Has one thread and room for so many functions behind the one that keeps it busy. */
static hob_future *keep_the_only_thread(struct gate *gate, size_t queue)
{
    hob_offload_limits(1, queue);
    hob_future *running = hob_offload(pass_gate, gate);
    wait_until_reached(gate);
    return running;
}

GateTest(offload, a_full_queue_is_an_error_at_once_and_nothing_runs)
{
    hob_future *running = keep_the_only_thread(gate, 2);
    hob_future *queued[] = {offload(return_number, 1), offload(return_number, 2)};
    hob_future *refused = offload(never, 0);
    cr_expect(refused->ready);
    cr_expect_eq(hob_await(refused), -EAGAIN);
    open_gate(gate);
    cr_expect_eq(hob_await(running), 7);
    cr_expect_eq(hob_await(queued[0]), 1);
    cr_expect_eq(hob_await(queued[1]), 2);
    cr_expect_str_eq(traced(), "");
    cr_expect_eq(hob_await(offload(return_number, 3)), 3, "then there is room again");
}

/* Whether a thread has already taken what was queued for it must make no difference. */
GateTest(offload, only_functions_without_a_thread_count_as_queued)
{
    hob_future *jobs[5];
    hob_offload_limits(4, 1);
    for (size_t i = 0; i < COUNT(jobs); i++)
        jobs[i] = hob_offload(pass_gate, gate);
    hob_future *refused = offload(never, 0);
    for (size_t i = 0; i < COUNT(jobs); i++) {
        cr_expect_not(jobs[i]->ready, "job %zu was refused", i);
        open_gate(gate);
    }
    cr_expect_eq(hob_join_all(jobs, COUNT(jobs)), 0);
    cr_expect_eq(hob_await(refused), -EAGAIN);
}

CoroutineTest(offload, a_huge_limit_is_none)
{
    hob_future *jobs[100];
    cr_expect_eq(hob_offload_limits(2, SIZE_MAX), 0);
    for (size_t i = 0; i < COUNT(jobs); i++)
        jobs[i] = offload(return_number, 0);
    cr_expect_eq(hob_join_all(jobs, COUNT(jobs)), 0);
}

CoroutineTest(offload, without_memory_for_threads_nothing_runs)
{
    if (SANITIZED)
        return; /* the sanitizers take such a request for a mistake */
    hob_offload_limits(SIZE_MAX, 1);
    cr_expect_eq(hob_await(offload(never, 0)), -ENOMEM);
    cr_expect_str_eq(traced(), "");
}

CoroutineTest(offload, without_any_thread_nothing_runs)
{
    if (SANITIZED)
        return;                   /* the sanitizers need memory themselves */
    limit_address_space(1 << 20); /* no room for the stack of a thread */
    hob_future *job = offload(never, 0);
    unlimit_address_space();
    cr_expect_eq(hob_await(job), -ENOMEM);
    cr_expect_str_eq(traced(), "");
    cr_expect_eq(hob_await(offload(return_number, 3)), 3, "the next one is tried again");
}

GateTest(offload, cancelled_while_queued_never_runs)
{
    hob_future *running = keep_the_only_thread(gate, 1);
    cr_expect_eq(cancel_and_await(offload(never, 0)), -ECANCELED);
    hob_future *next = offload(return_number, 3);
    cr_expect_not(next->ready, "its place in the queue is free");
    open_gate(gate);
    cr_expect_eq(hob_await(running), 7);
    cr_expect_eq(hob_await(next), 3);
    cr_expect_str_eq(traced(), "");
}

GateTest(offload, cancelled_in_the_queue_leaves_the_others)
{
    hob_future *running = keep_the_only_thread(gate, 10);
    hob_future *a = offload(run_once, 'a');
    hob_future *b = offload(run_once, 'b');
    hob_future *c = offload(run_once, 'c');
    hob_cancel(b);
    open_gate(gate);
    cr_expect_eq(hob_join(running, a, c), 0);
    cr_expect_eq(hob_await(b), -ECANCELED);
    cr_expect_str_eq(traced(), "ac");
}

GateTest(offload, cancelled_while_it_runs_goes_on_and_has_its_result)
{
    hob_future *job = hob_offload(pass_gate, gate);
    wait_until_reached(gate);
    hob_cancel(job);
    let_the_loop_poll();
    cr_expect_not(job->ready);
    open_gate(gate);
    cr_expect_eq(hob_await(job), 7);
    cr_expect_eq(gate->passed, 1);
}

/* Its data may be on the stack of the task that awaits it. */
GateTest(offload, an_await_that_is_cancelled_waits_for_what_runs)
{
    hob_future *waiter = hob_async(await_and_trace, hob_offload(pass_gate, gate));
    wait_until_reached(gate);
    hob_cancel(waiter);
    let_the_loop_poll();
    cr_expect_str_eq(traced(), "");
    open_gate(gate);
    cr_expect_eq(hob_await(waiter), -ECANCELED);
    cr_expect_eq(gate->passed, 1);
}

static int await_what_is_queued_until_a_deadline(void *arg)
{
    hob_deadline(0.001);
    return hob_await(offload(never, 0));
}

static int leave_what_is_queued(void *arg)
{
    offload(never, 0);
    return 3;
}

GateTest(offload, queued_by_a_maker_that_ends_never_runs)
{
    keep_the_only_thread(gate, 10);
    cr_expect_eq(hob_await(start(await_what_is_queued_until_a_deadline, 0)), -ETIMEDOUT);
    cr_expect_eq(hob_await(start(leave_what_is_queued, 0)), 3);
    open_gate(gate);
    hob_await(offload(return_number, 0));
    cr_expect_str_eq(traced(), "");
}

static int leave_what_runs(void *arg)
{
    hob_offload(pass_gate, arg);
    wait_until_reached(arg);
    open_gate(arg);
    return 3;
}

GateTest(offload, running_for_a_maker_that_returns_is_waited_for)
{
    cr_expect_eq(hob_await(hob_async(leave_what_runs, gate)), 3);
    cr_expect_eq(gate->passed, 1);
}

Test(offload, running_for_the_first_coroutine_is_waited_for)
{
    struct gate gate;
    gate_init(&gate);
    cr_expect_eq(hob_block_on(leave_what_runs, &gate), 3);
    cr_expect_eq(gate.passed, 1);
    gate_destroy(&gate);
}

/* A thread that works is a reason to wait; one that is idle is none. */

static int await_a_slow_function(void *arg)
{
    return hob_await(offload(return_number, 3));
}

Test(offload, waiting_for_nothing_else_is_no_deadlock)
{
    for (int i = 0; i < 100; i++)
        cr_expect_eq(hob_block_on(await_a_slow_function, NULL), 3);
}
