#include "runtime/loop.h"

#include <ev.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>

#include "hob/testing.h"
#include "runtime/future.h"
#include "runtime/task.h"
#include "tests/support/channel.h"
#include "tests/support/current.h"
#include "tests/support/memory.h"
#include "tests/support/traced_coroutines.h"

TestSuite(loop, .timeout = 60);

/* hob_block_on() */

Test(loop, block_on_returns_the_result)
{
    static const int cases[] = {INT_MIN, -EIO, -1, 0, 1, INT_MAX};
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect_eq(hob_block_on(return_number, as_argument(cases[i])), cases[i]);
}

static int block_on_another(void *arg)
{
    return hob_block_on(return_number, arg);
}

Test(loop, block_on_inside_block_on_is_refused)
{
    cr_expect_eq(hob_block_on(block_on_another, NULL), -EBUSY);
    cr_expect_eq(hob_block_on(return_number, NULL), 0, "the refusal left a mark");
}

static int sleep_and_return_one(void *arg)
{
    int err = hob_sleep(0.001);
    return err < 0 ? err : 1;
}

Test(loop, block_on_can_be_called_again)
{
    for (int i = 0; i < 20; i++)
        cr_expect_eq(hob_block_on(sleep_and_return_one, NULL), 1);
    cr_expect_not(has_leaks());
}

static int leave_a_sleeper(void *arg)
{
    start(sleep_until_cancelled, 's');
    return number_of(arg);
}

static int await_one(void *arg)
{
    return hob_await(hob_async(return_number, arg));
}

Test(loop, block_on_unmaps_its_stacks)
{
    if (SANITIZED)
        cr_skip_test("the sanitizers map memory themselves");
    size_t before = mapped_bytes();
    for (int i = 0; i < 100; i++)
        hob_block_on(await_one, NULL);
    cr_expect_lt(mapped_bytes(), before + 10 * 128 * 1024, "of 200 stacks of 128 KiB");
}

Test(loop, block_on_joins_what_its_coroutine_did_not_await)
{
    cr_expect_eq(hob_block_on(leave_a_sleeper, as_argument(3)), 3);
    cr_expect_str_eq(traced(), "s");
}

Test(loop, block_on_without_memory_for_a_stack_runs_nothing)
{
    if (SANITIZED)
        cr_skip_test("the sanitizers need memory themselves");
    limit_address_space(0);
    int result = hob_block_on(run_once, NULL);
    unlimit_address_space();
    cr_expect_eq(result, -ENOMEM);
    cr_expect_str_eq(traced(), "");
    cr_expect_eq(hob_block_on(sleep_and_return_one, NULL), 1, "the failure left a mark");
}

static struct rlimit limit_descriptors(rlim_t count)
{
    struct rlimit before, limit;
    getrlimit(RLIMIT_NOFILE, &before);
    limit = before;
    limit.rlim_cur = count;
    setrlimit(RLIMIT_NOFILE, &limit);
    return before;
}

Test(loop, block_on_without_descriptors_runs_nothing)
{
    int lowest = dup(STDERR_FILENO);
    close(lowest);
    for (rlim_t count = 0; count < 2; count++) { /* it needs two */
        struct rlimit before = limit_descriptors((rlim_t)lowest + count);
        int result = hob_block_on(run_once, NULL);
        setrlimit(RLIMIT_NOFILE, &before);
        cr_expect_eq(result, -EMFILE, "%d", result);
    }
    cr_expect_str_eq(traced(), "");
    cr_expect_eq(hob_block_on(sleep_and_return_one, NULL), 1, "the failure left a mark");
    cr_expect_eq(dup(STDERR_FILENO), lowest, "a descriptor is left open");
    cr_expect_not(has_leaks());
}

/* The loop makes at its start everything that a coroutine needs later. */
static int offload_without_descriptors(void *arg)
{
    struct rlimit before = limit_descriptors(0);
    int result = hob_await(hob_offload(return_number, arg));
    setrlimit(RLIMIT_NOFILE, &before);
    return result;
}

Test(loop, a_function_is_offloaded_without_another_descriptor)
{
    cr_expect_eq(hob_block_on(offload_without_descriptors, as_argument(3)), 3);
}

static int get_backend(void *arg)
{
    return (int)ev_backend(task_ev_loop(this_task()));
}

Test(loop, the_environment_does_not_choose_a_backend)
{
    static const char *const values[] = {"64", "128", "1", "0", "-1", "nonsense"};
    for (size_t i = 0; i < COUNT(values); i++) {
        setenv("LIBEV_FLAGS", values[i], 1);
        cr_expect_eq(hob_block_on(get_backend, NULL), EVBACKEND_EPOLL, "%s", values[i]);
    }
}

static int tell_in_loop(void *arg)
{
    return hob_in_loop();
}

Test(loop, there_is_none_outside_block_on)
{
    cr_expect_null(loop_current());
    cr_expect_not(hob_in_loop());
    cr_expect_eq(hob_block_on(tell_in_loop, NULL), 1);
    cr_expect_null(loop_current());
    cr_expect_not(hob_in_loop());
}

/* Two threads, each with a loop of its own, that can only end if both run at the same time. */
struct meeting {
    atomic_int *here;
    atomic_int *there;
};

static int meet(void *arg)
{
    struct meeting *meeting = arg;
    atomic_fetch_add(meeting->here, 1);
    while (atomic_load(meeting->there) == 0)
        hob_yield();
    return hob_await(start(sleep_and_return_one, 0));
}

static void *block_on_meet(void *arg)
{
    return as_argument(hob_block_on(meet, arg));
}

Test(loop, two_threads_can_each_run_one)
{
    atomic_int here = 0, there = 0;
    struct meeting one = {&here, &there}, other = {&there, &here};
    pthread_t thread;
    void *result;
    cr_assert_eq(pthread_create(&thread, NULL, block_on_meet, &other), 0);
    cr_expect_eq(hob_block_on(meet, &one), 1);
    pthread_join(thread, &result);
    cr_expect_eq(number_of(result), 1);
}

/* Turns: tasks that always have something to do keep neither input nor timers from coming. */

static int read_one(void *fd)
{
    char c = 0;
    int count = hob_read(number_of(fd), &c, 1);
    return count == 1 ? c : count;
}

static int yield_for_ever(void *arg)
{
    while (hob_yield() == 0)
        ;
    return 0;
}

ChannelTest(loop, input_and_timers_come_while_others_never_stop, open_pipe)
{
    start(yield_for_ever, 0);
    start(yield_for_ever, 0);
    hob_future *reader = start(read_one, ends[0]);
    hob_yield();
    put_data(ends);
    cr_expect_eq(hob_await(reader), 'x');
    cr_expect_eq(hob_sleep(0.002), 0);
}

/* A coroutine that makes another, and so on: the ready queue never gets empty. */
static int make_next(void *arg)
{
    struct task *maker = arg;
    if (hob_yield() == 0)
        task_start(task_make_unawaited(maker, "make_next", make_next, maker));
    return 0;
}

CoroutineTest(loop, a_timer_comes_while_coroutines_keep_being_made)
{
    task_start(task_make_unawaited(this_task(), "make_next", make_next, this_task()));
    cr_expect_eq(hob_sleep(0.002), 0);
}

/* Idle stacks go back to the system; the timer's callback is called here, not waited for. */

static void let_trim_time_pass(struct loop *loop)
{
    ev_invoke(loop->ev, &loop->trim, EV_TIMER);
}

#define RUSH 2000
#define TRIM 512 /* as many as can be unmapped in a millisecond */

CoroutineTest(loop, stacks_are_given_back_after_a_rush)
{
    static hob_future *rush[RUSH];
    struct loop *loop = loop_current();
    const struct stack_pool *stacks = stacks_default(&loop->stacks);
    cr_expect_not(ev_is_active(&loop->trim), "nothing is idle yet");
    for (size_t i = 0; i < RUSH; i++)
        rush[i] = start(return_number, 0);
    hob_join_all(rush, RUSH);
    cr_expect_eq(stacks->parked_count, RUSH);
    cr_expect(ev_is_active(&loop->trim));

    size_t times = 0;
    while (ev_is_active(&loop->trim) && times++ < 100) {
        size_t before = stacks->parked_count;
        let_trim_time_pass(loop);
        cr_expect_leq(before - stacks->parked_count, TRIM, "that would take too long");
    }
    cr_expect_eq(stacks->parked_count, 0);
    cr_expect_eq(stacks->mapped_count, 1, "this task's");
    cr_expect_not(ev_is_active(&loop->trim), "there is nothing left to give back");

    hob_await(start(return_number, 0));
    cr_expect(ev_is_active(&loop->trim), "and it starts over");
}

/* The trim timer is not counted as a reason to go on; the others must stay counted. */
CoroutineTest(loop, a_timer_comes_though_stacks_were_given_back)
{
    struct loop *loop = loop_current();
    for (int i = 0; i < 3; i++) {
        hob_await(start(return_number, 0));
        while (ev_is_active(&loop->trim))
            let_trim_time_pass(loop);
        cr_expect_eq(hob_sleep(0.001), 0);
    }
}

CoroutineTest(loop, stacks_that_are_used_all_the_time_are_kept)
{
    struct loop *loop = loop_current();
    for (int i = 0; i < 10; i++) {
        hob_join(start(return_number, 0), start(return_number, 0), start(return_number, 0));
        let_trim_time_pass(loop);
        cr_expect_eq(stacks_default(&loop->stacks)->parked_count, 3);
    }
}

/* Hooks */

static void count_call(void *count)
{
    ++*(int *)count;
}

CoroutineTest(loop, a_hook_runs_in_each_turn_after_the_coroutines)
{
    int count = 0;
    struct turn_hook hook = {.run = count_call, .arg = &count};
    loop_add_hook(loop_current(), &hook);
    cr_expect_eq(count, 0);
    hob_yield();
    cr_expect_eq(count, 1);
    hob_yield();
    cr_expect_eq(count, 2);
    loop_remove_hook(&hook);
    hob_yield();
    cr_expect_eq(count, 2);
}

static void resolve_once(void *promise)
{
    hob_future **self = promise;
    if (*self)
        hob_resolve(*self, 7);
    *self = NULL;
}

CoroutineTest(loop, a_hook_runs_before_the_loop_sleeps)
{
    hob_future *promise = hob_promise();
    hob_future *unresolved = promise;
    struct turn_hook hook = {.run = resolve_once, .arg = &unresolved};
    loop_add_hook(loop_current(), &hook);
    cr_expect_eq(hob_await(promise), 7, "nothing else wakes this coroutine");
    loop_remove_hook(&hook);
}
