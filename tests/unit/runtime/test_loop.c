#include "runtime/loop.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <ev.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "hob/testing.h"
#include "runtime/future.h"
#include "runtime/task.h"
#include "tests/support/child.h"
#include "tests/support/coroutine.h"
#include "tests/support/current.h"
#include "tests/support/memory.h"
#include "tests/support/random.h"
#include "tests/support/sanitizers.h"
#include "tests/support/trace.h"
#include "tests/support/traced_coroutines.h"

TestSuite(loop, .timeout = 60);

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

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
    (void)arg;
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
    cr_expect_lt(mapped_bytes(), before + 10 * 64 * 1024, "of 200 stacks of 64 KiB");
}

Test(loop, block_on_joins_what_its_coroutine_did_not_await)
{
    cr_expect_eq(hob_block_on(leave_a_sleeper, as_argument(3)), 3);
    cr_expect_str_eq(traced(), "s");
}

static void block_on_without_memory(void *arg)
{
    limit_address_space(0);
    *(int *)arg = hob_block_on(run_once, NULL);
    unlimit_address_space();
}

Test(loop, block_on_without_memory_for_a_stack_runs_nothing)
{
    if (SANITIZED)
        cr_skip_test("the sanitizers need memory themselves");
    int result = 0;
    block_on_without_memory(&result);
    cr_expect_eq(result, -ENOMEM);
    cr_expect_str_eq(traced(), "");
    cr_expect_eq(hob_block_on(sleep_and_return_one, NULL), 1, "the failure left a mark");
}

static int tell_in_loop(void *arg)
{
    (void)arg;
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

/* What ends the process, with a message that says why. */

static void call_async(void)
{
    hob_async(run_once, NULL);
}

static void call_timer(void)
{
    hob_timer(1);
}

static void call_await(void)
{
    hob_await(NULL);
}

static void call_join(void)
{
    hob_join(NULL);
}

static void call_sleep(void)
{
    hob_sleep(0);
}

static void call_yield(void)
{
    hob_yield();
}

struct call {
    const char *name;
    void (*make)(void);
};

static struct call calls[] = {
    {"hob_async()", call_async}, {"hob_timer()", call_timer}, {"hob_await()", call_await},
    {"hob_join", call_join},     {"hob_sleep()", call_sleep}, {"hob_yield()", call_yield},
};

static void make_call(void *arg)
{
    ((const struct call *)arg)->make();
}

Test(loop, calls_outside_a_coroutine_abort_and_name_the_call)
{
    for (size_t i = 0; i < COUNT(calls); i++) {
        struct child_end end = run_in_child(make_call, &calls[i]);
        cr_expect(child_aborted(&end), "%s: status %#x", calls[i].name, end.status);
        cr_expect_not_null(strstr(end.output, calls[i].name), "%s", end.output);
        cr_expect_not_null(strstr(end.output, "outside a coroutine"), "%s", end.output);
    }
}

static void call_from_callback(struct ev_loop *ev, ev_timer *watcher, int events)
{
    (void)ev;
    (void)events;
    make_call(watcher->data);
}

static int make_call_from_callback(void *arg)
{
    ev_timer watcher;
    ev_timer_init(&watcher, call_from_callback, 0., 0.);
    watcher.data = arg;
    ev_timer_start(task_ev_loop(this_task()), &watcher);
    return hob_sleep(INFINITY);
}

static void block_on_call_from_callback(void *arg)
{
    hob_block_on(make_call_from_callback, arg);
}

Test(loop, calls_in_a_callback_of_the_loop_abort_and_name_the_call)
{
    for (size_t i = 0; i < COUNT(calls); i++) {
        struct child_end end = run_in_child(block_on_call_from_callback, &calls[i]);
        cr_expect(child_aborted(&end), "%s: status %#x", calls[i].name, end.status);
        cr_expect_not_null(strstr(end.output, calls[i].name), "%s", end.output);
    }
}

static void leave_pending(hob_future *future, int reason)
{
    (void)reason;
    (void)future;
}

static int await_what_never_comes(void *arg)
{
    (void)arg;
    static const struct future_kind kind = {.cancel = leave_pending};
    hob_future never;
    future_init(&never, &kind, NULL);
    return hob_await(&never);
}

/* With an idle stack and a used timer, which are no reason to wait for anything. */
static int await_what_never_comes_after_a_rush(void *arg)
{
    hob_await(start(sleep_and_return_one, 0));
    return await_what_never_comes(arg);
}

static void block_on_deadlock(void *arg)
{
    hob_block_on(*(hob_fn **)arg, NULL);
}

Test(loop, a_deadlock_aborts_and_says_so)
{
    hob_fn *cases[] = {await_what_never_comes, await_what_never_comes_after_a_rush};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct child_end end = run_in_child(block_on_deadlock, &cases[i]);
        cr_expect(child_aborted(&end), "case %zu: status %#x", i, end.status);
        cr_expect_not_null(strstr(end.output, "deadlock"), "case %zu: %s", i, end.output);
    }
}

/* Turns: tasks that always have something to do keep neither input nor timers from coming. */

static void wake_reader(struct ev_loop *ev, ev_io *watcher, int events)
{
    (void)ev;
    (void)events;
    task_wake(watcher->data);
}

/* Reads one character from a pipe as the layers above do, without blocking the thread. */
static int read_one(void *arg)
{
    int fd = number_of(arg);
    struct task *self = this_task();
    ev_io watcher;
    ev_io_init(&watcher, wake_reader, fd, EV_READ);
    watcher.data = self;
    ev_io_start(task_ev_loop(self), &watcher);
    task_suspend(self);
    ev_io_stop(task_ev_loop(self), &watcher);
    char c = 0;
    return read(fd, &c, 1) == 1 ? c : -EIO;
}

static int yield_for_ever(void *arg)
{
    (void)arg;
    while (hob_yield() == 0)
        ;
    return 0;
}

CoroutineTest(loop, input_comes_while_others_never_stop)
{
    int ends[2];
    cr_expect_eq(pipe(ends), 0);
    start(yield_for_ever, 0);
    start(yield_for_ever, 0);
    hob_future *reader = start(read_one, ends[0]);
    hob_yield();
    cr_expect_eq(write(ends[1], "x", 1), 1);
    cr_expect_eq(hob_await(reader), 'x');
    close(ends[0]);
    close(ends[1]);
}

CoroutineTest(loop, a_timer_comes_while_others_never_stop)
{
    start(yield_for_ever, 0);
    start(yield_for_ever, 0);
    cr_expect_eq(hob_sleep(0.002), 0);
}

/* A coroutine that makes another, and so on: the ready queue never gets empty. */
static int make_next(void *arg)
{
    struct task *maker = arg;
    if (hob_yield() == 0)
        task_start(task_make_unwatched(maker, "make_next", make_next, maker));
    return 0;
}

CoroutineTest(loop, a_timer_comes_while_coroutines_keep_being_made)
{
    task_start(task_make_unwatched(this_task(), "make_next", make_next, this_task()));
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
    cr_expect_not(ev_is_active(&loop->trim), "nothing is idle yet");
    for (size_t i = 0; i < RUSH; i++)
        rush[i] = start(return_number, 0);
    hob_join_all(rush, RUSH);
    cr_expect_eq(loop->stacks.parked_count, RUSH);
    cr_expect(ev_is_active(&loop->trim));

    size_t times = 0;
    while (ev_is_active(&loop->trim) && times++ < 100) {
        size_t before = loop->stacks.parked_count;
        let_trim_time_pass(loop);
        cr_expect_leq(before - loop->stacks.parked_count, TRIM, "that would take too long");
    }
    cr_expect_eq(loop->stacks.parked_count, 0);
    cr_expect_eq(loop->stacks.mapped_count, 1, "this task's");
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
        cr_expect_eq(loop->stacks.parked_count, 3);
    }
}

/*
 * Random trees of coroutines, that make others, await, join, cancel or abandon them, and give
 * them timers to await. What each await may return is known; afterwards nothing may be left.
 */

#define TREES       4000
#define TREE_SIZE   48
#define TREE_DEPTH  6
#define HANDS       4 /* how many children a node holds at a time */
#define NODE_RESULT 1000

struct tree {
    uint32_t seed;
    struct node *nodes; /* TREE_SIZE of them. They outlive the tasks, which may be abandoned */
    size_t made;
    size_t ran;
    const char *fault; /* the first thing that was wrong */
};

struct node {
    struct tree *tree;
    struct node *maker;
    hob_future *gift; /* its maker's timer, to await first; or NULL */
    uint32_t random;
    int depth;
    int result;       /* what it returns, unless it is cancelled */
    bool lazy;        /* sleeps until it is cancelled */
    bool cancelled;   /* by its maker */
    unsigned running; /* how many of itself and what it made have not returned */
};

struct held {
    struct node *node;
    hob_future *future;
};

static void expect(struct tree *tree, bool holds, const char *fault)
{
    if (!holds && !tree->fault)
        tree->fault = fault;
}

/* Whether an await or join of these may return `result` to a task that is not cancelled. */
static bool may_return(int result, const struct held *held, size_t count, bool joined)
{
    bool possible = false, must_fail = false;
    for (size_t i = 0; i < count; i++) {
        const struct node *node = held[i].node;
        bool fails = node->result < 0;
        possible |= result == node->result && (fails || !joined);
        possible |= result == -ECANCELED && node->cancelled;
        must_fail |= fails && !node->cancelled;
    }
    return possible || (joined && result == 0 && !must_fail);
}

/* Consumes what it holds, one or more. A join that fails cancels, so that its errors are many. */
static void consume(struct node *self, struct held *held, size_t count)
{
    struct tree *tree = self->tree;
    hob_future *futures[HANDS];
    for (size_t i = 0; i < count; i++) {
        futures[i] = held[i].future;
        if (held[i].node->lazy && !held[i].node->cancelled) {
            hob_cancel(held[i].future); /* or it would never return */
            held[i].node->cancelled = true;
        }
    }
    bool joined = count > 1;
    int result = joined ? hob_join_all(futures, count) : hob_await(futures[0]);
    if (this_task()->cancelled)
        expect(tree, result == -ECANCELED, "a cancelled task's await did not say so");
    else
        expect(tree, may_return(result, held, count, joined), "an unforeseen result");
    for (size_t i = 0; i < count; i++)
        expect(tree, held[i].node->running == 0, "an awaited child or one below it still runs");
}

static int grow(void *arg);

static hob_future *make_node(struct node *maker, struct held *held, hob_future *gift)
{
    struct tree *tree = maker->tree;
    struct node *node = &tree->nodes[tree->made++];
    *node = (struct node){
        .tree = tree,
        .maker = maker,
        .gift = gift,
        .random = random_from(&maker->random, UINT32_MAX) | 1,
        .depth = maker->depth + 1,
        .result = (int)random_from(&maker->random, 2 * NODE_RESULT) - NODE_RESULT / 4,
        .lazy = random_from(&maker->random, 8) == 0,
    };
    held->node = node;
    held->future = hob_async(grow, node);
    return held->future;
}

static void await_timer(struct node *self, double seconds)
{
    hob_future *timer = hob_timer(seconds);
    bool cancel = isinf(seconds) || random_from(&self->random, 4) == 0;
    if (cancel)
        hob_cancel(timer);
    int expected = cancel ? -ECANCELED : 0;
    int result = hob_await(timer);
    if (this_task()->cancelled)
        expected = -ECANCELED;
    expect(self->tree, result == expected, "a timer's result");
}

/* One step of a node's life. Returns how many children it holds then. */
static size_t grow_a_step(struct node *self, struct held *held, size_t count)
{
    struct tree *tree = self->tree;
    bool may_make = count < HANDS && tree->made < TREE_SIZE && self->depth < TREE_DEPTH;
    size_t any = count > 0 ? random_from(&self->random, (uint32_t)count) : 0;
    switch (random_from(&self->random, 10)) {
    case 0: /* await one of them */
        if (count > 0) {
            consume(self, &held[any], 1);
            held[any] = held[--count];
        }
        break;
    case 1: /* join all of them */
        if (count > 0) {
            consume(self, held, count);
            count = 0;
        }
        break;
    case 2: /* cancel one of them */
        if (count > 0) {
            hob_cancel(held[any].future);
            held[any].node->cancelled = true;
        }
        break;
    case 3: /* abandon one of them */
        if (count > 0)
            held[any] = held[--count];
        break;
    case 4:
        hob_yield();
        break;
    case 5:
        await_timer(self, random_from(&self->random, 2) ? INFINITY : 0);
        break;
    case 6: /* a child awaits this node's timer */
        if (may_make) {
            hob_future *gift = hob_timer(random_from(&self->random, 2) ? 0 : NAN);
            make_node(self, &held[count], gift);
            consume(self, &held[count], 1);
        }
        break;
    default: /* so often, that trees grow */
        if (may_make)
            make_node(self, &held[count++], NULL);
    }
    return count;
}

static void count_running(struct node *node, int difference)
{
    for (; node; node = node->maker)
        node->running += (unsigned)difference;
}

static int grow(void *arg)
{
    struct node *self = arg;
    struct held held[HANDS];
    size_t count = 0;
    bool stubborn = random_from(&self->random, 4) == 0; /* goes on though it is cancelled */

    count_running(self, 1);
    self->tree->ran++;
    if (self->gift)
        hob_await(self->gift);
    for (uint32_t steps = random_from(&self->random, 16); steps > 0; steps--) {
        if (this_task()->cancelled && !stubborn)
            break;
        count = grow_a_step(self, held, count);
    }
    if (self->lazy)
        hob_sleep(INFINITY);
    count_running(self, -1);
    return this_task()->cancelled ? -ECANCELED : self->result;
}

static const char *grow_tree(uint32_t seed)
{
    static struct node nodes[TREE_SIZE];
    struct tree tree = {.seed = seed, .nodes = nodes};
    struct node ground = {.tree = &tree, .random = seed};
    const struct stack_pool *pool = &loop_current()->stacks;

    struct held root;
    make_node(&ground, &root, NULL);
    consume(&ground, &root, 1);
    expect(&tree, tree.ran == tree.made, "a coroutine never ran");
    expect(&tree, list_empty(&this_task()->children), "a future was not consumed");
    expect(&tree, pool->parked_count + 1 == pool->mapped_count, "a task was not released");
    return tree.fault;
}

CoroutineTest(loop, random_trees_of_coroutines_leave_nothing_behind)
{
    for (uint32_t seed = 1; seed <= TREES; seed++) {
        const char *fault = grow_tree(seed);
        if (fault) {
            cr_expect(false, "tree %u: %s", seed, fault);
            return;
        }
    }
}
