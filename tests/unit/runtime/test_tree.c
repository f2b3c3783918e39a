/*
 * Random trees of coroutines, in virtual time. Each makes others, and awaits, joins, races, cancels
 * or abandons them, sleeps, yields, makes timers and promises, and does some of this in a shield or
 * under a deadline. A model beside it says what each await may return; afterwards nothing may be
 * left. When a tree is at fault, its seed is printed: grow_tree(seed) grows it again.
 */
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#endif

#include "runtime/loop.h"
#include "runtime/task.h"
#include "tests/support/coroutine.h"
#include "tests/support/current.h"
#include "tests/support/descriptors.h"
#include "tests/support/random.h"

TestSuite(tree, .timeout = 300);

/* Of each of the five tests below. */
#define TREES      (RUNNING_ON_VALGRIND ? 200 : SANITIZED ? 4000 : 20000)
#define TREE_SIZE  32
#define TREE_DEPTH 5
#define HANDS      4 /* how many children a node holds at a time */
#define CLEAN_UPS  3

struct tree {
    struct node *nodes; /* TREE_SIZE of them. They outlive the tasks, which may be abandoned */
    size_t made;
    size_t ended;
    size_t promises;
    size_t resolved;
    const char *fault; /* the first thing that was wrong */
};

struct held {
    struct node *node;
    hob_future *future;
};

struct node {
    struct tree *tree;
    struct node *maker;
    hob_future *promise; /* to resolve at its end; or NULL */
    struct held held[HANDS];
    size_t held_count;
    uint32_t random;
    int depth;
    int result; /* what it returns */
    bool lazy;  /* sleeps until it is cancelled */

    /* The state of the model. */
    double deadline; /* its own, or the one that its maker had when it was made */
    unsigned shields;
    bool doomed;      /* its maker has cancelled it, or does so if something happens */
    bool returned;    /* its function, so that its children are cancelled */
    unsigned *living; /* how many of its children have not ended; from hob_alloc() */
    int clean_ups;    /* those that have not run */
    bool ended;
    size_t ended_as; /* how many others of the tree ended before */
};

static bool one_in(struct node *self, uint32_t many)
{
    return random_from(&self->random, many) == 0;
}

/* Often none, so that much happens at the same time. */
static double random_seconds(struct node *self)
{
    return one_in(self, 3) ? 0 : random_from(&self->random, 20) * 0.001;
}

static void expect(const struct node *node, bool holds, const char *fault)
{
    if (!holds && !node->tree->fault)
        node->tree->fault = fault;
}

/* The model of what may interrupt a node. */

static bool may_be_cancelled(const struct node *self)
{
    for (; self; self = self->maker) {
        if (self->doomed || (self->maker && self->maker->returned))
            return true;
    }
    return false;
}

/* Its own deadline, or that of one above it, which then cancels what it awaits. */
static bool may_be_out_of_time(const struct node *self)
{
    double now = hob_now();
    for (; self; self = self->maker) {
        if (self->deadline <= now)
            return true;
    }
    return false;
}

/*
 * The interruption of the node that runs, after a wait that began at that time: 0, -ECANCELED or
 * -ETIMEDOUT. Libev waits in milliseconds, so an alarm may be that late.
 */
static int interruption(const struct node *self, double begin)
{
    int reason = task_interrupted(this_task());
    double now = hob_now();
    bool overdue = now > begin && now > self->deadline + 0.002;
    if (reason == 0)
        expect(self, !overdue, "a deadline has passed unnoticed");
    else if (self->shields > 0)
        expect(
            self, reason == -ETIMEDOUT && self->deadline <= now,
            "a shield was interrupted by what is outside of it");
    else if (reason == -ECANCELED)
        expect(self, may_be_cancelled(self), "nobody has cancelled it");
    else
        expect(self, may_be_out_of_time(self), "no deadline has passed");
    return reason;
}

/* An interrupted await returns why, unless the result was there first. */
static void expect_result(const struct node *self, double begin, int result, int expected)
{
    int reason = interruption(self, begin);
    expect(self, result == expected || (reason < 0 && result == reason), "an unforeseen result");
}

static void sleep_at_random(struct node *self)
{
    double begin = hob_now(), seconds = random_seconds(self);
    int err = hob_sleep(seconds);
    expect_result(self, begin, err, 0);
    expect(self, err < 0 || hob_now() - begin >= seconds, "a sleep was too short");
}

static void yield(struct node *self)
{
    double begin = hob_now();
    expect_result(self, begin, hob_yield(), 0);
}

/* Awaits of children. Whatever they return, the children have ended then. */

static void take_all(struct node *self, struct node **nodes, hob_future **futures)
{
    for (size_t i = 0; i < self->held_count; i++) {
        nodes[i] = self->held[i].node;
        futures[i] = self->held[i].future;
    }
    self->held_count = 0;
}

static struct held take_one(struct node *self)
{
    size_t any = random_from(&self->random, (uint32_t)self->held_count);
    struct held taken = self->held[any];
    self->held[any] = self->held[--self->held_count];
    return taken;
}

static void cancel(struct node *node, hob_future *future)
{
    node->doomed = true;
    hob_cancel(future);
}

/* Or it would never end. */
static void cancel_if_lazy(struct node *node, hob_future *future)
{
    if (node->lazy)
        cancel(node, future);
}

static void expect_ends(const struct node *self, struct node **nodes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        expect(self, nodes[i]->ended, "an awaited child has not ended");
}

static void await_one(struct node *self)
{
    struct held taken = take_one(self);
    double begin = hob_now();
    cancel_if_lazy(taken.node, taken.future);
    bool before = taken.node->ended;
    int result = hob_await(taken.future);
    expect_ends(self, &taken.node, 1);
    expect_result(self, begin, result, taken.node->result);
    expect(self, !before || result == taken.node->result, "a result was lost");
}

/*
 * Which of the nodes decides a wait: of those that had ended before, the first in order, else the
 * one that ended first. Only the failed ones count for a join. Returns count if there is none.
 */
static size_t find_decider(struct node **nodes, const bool *before, size_t count, bool failed)
{
    size_t decider = count;
    for (size_t i = 0; i < count; i++) {
        if (failed && nodes[i]->result >= 0)
            continue;
        if (before[i])
            return i;
        if (decider == count || nodes[i]->ended_as < nodes[decider]->ended_as)
            decider = i;
    }
    return decider;
}

/* One may be cancelled because of another. */
static void note_before(struct node **nodes, bool *before, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        nodes[i]->doomed = nodes[i]->doomed || count > 1;
        before[i] = nodes[i]->ended;
    }
}

static void join_all(struct node *self)
{
    struct node *nodes[HANDS];
    hob_future *futures[HANDS];
    bool before[HANDS];
    size_t count = self->held_count;
    double begin = hob_now();
    take_all(self, nodes, futures);
    for (size_t i = 0; i < count; i++)
        cancel_if_lazy(nodes[i], futures[i]);
    note_before(nodes, before, count);
    int result = hob_join_all(futures, count);
    expect_ends(self, nodes, count);
    size_t decider = find_decider(nodes, before, count, true);
    expect_result(self, begin, result, decider < count ? nodes[decider]->result : 0);
}

static void race_all(struct node *self)
{
    struct node *nodes[HANDS];
    hob_future *futures[HANDS];
    bool before[HANDS];
    size_t count = self->held_count, winner = HANDS + 1;
    double begin = hob_now();
    take_all(self, nodes, futures);
    cancel_if_lazy(nodes[0], futures[0]); /* one is enough: it ends the others */
    note_before(nodes, before, count);
    int result = hob_race_all(futures, count, &winner);
    expect_ends(self, nodes, count);
    size_t decider = find_decider(nodes, before, count, false);
    expect_result(self, begin, result, nodes[decider]->result);
    bool interrupted = task_interrupted(this_task()) < 0;
    bool without = interrupted && !before[decider] && winner == count;
    expect(self, winner == decider || without, "the wrong one has won");
}

static void race_a_timer(struct node *self)
{
    struct held taken = take_one(self);
    double begin = hob_now(), seconds = random_seconds(self);
    hob_future *futures[] = {taken.future, hob_timer(seconds)};
    size_t winner = 99;
    bool before = taken.node->ended;
    taken.node->doomed = true;
    int result = hob_race_all(futures, 2, &winner);
    expect_ends(self, &taken.node, 1);
    expect_result(self, begin, result, winner == 0 ? taken.node->result : 0);
    expect(self, !before || winner == 0, "it was not the first one");
    expect(self, winner != 1 || hob_now() - begin >= seconds, "a timer was too early");
}

static void use_a_timer(struct node *self)
{
    double begin = hob_now(), seconds = random_seconds(self);
    hob_future *timer = hob_timer(seconds);
    if (one_in(self, 3))
        return; /* abandoned */
    bool cancelled = one_in(self, 3);
    if (cancelled)
        hob_cancel(timer);
    if (one_in(self, 3))
        sleep_at_random(self);
    expect_result(self, begin, hob_await(timer), cancelled ? -ECANCELED : 0);
}

static int grow(void *arg);

static bool may_make(const struct node *self)
{
    return self->held_count < HANDS && self->tree->made < TREE_SIZE && self->depth < TREE_DEPTH;
}

static void make_child(struct node *self, hob_future *promise)
{
    struct tree *tree = self->tree;
    struct node *node = &tree->nodes[tree->made++];
    *node = (struct node){
        .tree = tree,
        .maker = self,
        .promise = promise,
        .random = random_from(&self->random, UINT32_MAX) | 1,
        .depth = self->depth + 1,
        .result = (int)random_from(&self->random, 1000) - 250,
        .lazy = !promise && one_in(self, 8),
        .deadline = self->deadline,
    };
    ++*self->living;
    self->held[self->held_count++] = (struct held){node, hob_async(grow, node)};
}

/* The child resolves it in any case, but perhaps so late that its waiter is gone. */
static void use_a_promise(struct node *self)
{
    if (!may_make(self))
        return;
    double begin = hob_now();
    hob_future *promise = hob_promise();
    self->tree->promises++;
    make_child(self, promise);
    if (one_in(self, 3))
        return; /* abandoned */
    bool cancelled = one_in(self, 3);
    if (cancelled)
        hob_cancel(promise);
    expect_result(self, begin, hob_await(promise), cancelled ? -ECANCELED : 7);
}

static void grow_a_step(struct node *self);

static int grow_in_a_shield(void *arg)
{
    struct node *self = arg;
    double outer = self->deadline;
    self->shields++;
    self->deadline = INFINITY;
    for (uint32_t steps = 1 + random_from(&self->random, 3); steps > 0; steps--)
        grow_a_step(self);
    self->shields--;
    self->deadline = outer;
    return self->result;
}

static void grow_under_a_deadline(struct node *self)
{
    if (self->depth == 0)
        return;
    double outer = self->deadline;
    double seconds = (double)random_from(&self->random, 25) * 0.001 - 0.001;
    double before = hob_deadline(seconds);
    expect(self, before == outer, "the deadline before is not what it was");
    self->deadline = fmin(outer, hob_now() + seconds);
    for (uint32_t steps = 1 + random_from(&self->random, 3); steps > 0; steps--)
        grow_a_step(self);
    hob_deadline_at(before);
    self->deadline = outer;
}

static void enter_a_shield(struct node *self)
{
    if (self->shields < 2)
        expect(
            self, hob_shield(grow_in_a_shield, self) == self->result,
            "a shield returned something else");
}

static void cancel_one(struct node *self)
{
    size_t any = random_from(&self->random, (uint32_t)self->held_count);
    cancel(self->held[any].node, self->held[any].future);
}

static void abandon_one(struct node *self)
{
    take_one(self);
}

/* The first of them are for nodes that hold others. */
enum { STEPS_OF_HOLDERS = 7, STEPS = 16 };
static void (*const ways_to_grow[])(struct node *self) = {
    await_one,
    join_all,
    race_all,
    race_a_timer,
    cancel_one,
    cancel_one,
    abandon_one,
    yield,
    sleep_at_random,
    use_a_timer,
    use_a_promise,
    enter_a_shield,
    grow_under_a_deadline,
};

static void grow_a_step(struct node *self)
{
    uint32_t step = random_from(&self->random, STEPS);
    if (step < STEPS_OF_HOLDERS && self->held_count == 0)
        step = STEPS - 1;
    if (step < COUNT(ways_to_grow))
        ways_to_grow[step](self);
    else if (may_make(self)) /* so often, that trees grow */
        make_child(self, NULL);
}

/* The clean-ups of a node, the last of which is its end. */

static void clean_up(void *arg)
{
    struct node *self = arg;
    expect(self, *self->living == 0, "a child has outlived its maker");
    self->clean_ups--;
    if (one_in(self, 4))
        sleep_at_random(self);
    else if (one_in(self, 4))
        yield(self);
}

static void resolve_promise(void *arg)
{
    struct node *self = arg;
    hob_resolve(self->promise, 7);
    self->tree->resolved++;
}

static void end(void *arg)
{
    struct node *self = arg;
    struct tree *tree = self->tree;
    expect(self, !self->ended, "it has ended before");
    expect(self, self->clean_ups == 0, "a clean-up has not run, or not in order");
    expect(self, *self->living == 0, "a child has outlived its maker");
    --*self->maker->living;
    self->ended = true;
    self->ended_as = tree->ended++;
}

static int grow(void *arg)
{
    struct node *self = arg;
    bool stubborn = one_in(self, 4); /* goes on though it is interrupted */
    self->living = hob_alloc(sizeof(*self->living));
    *self->living = 0;
    hob_defer(end, self);
    for (; self->clean_ups < CLEAN_UPS; self->clean_ups++)
        hob_defer(clean_up, self);
    if (self->promise)
        hob_defer(resolve_promise, self);

    for (uint32_t steps = random_from(&self->random, 12); steps > 0; steps--) {
        if (!stubborn && interruption(self, hob_now()) < 0)
            break;
        grow_a_step(self);
    }
    if (self->lazy)
        hob_sleep(INFINITY);
    self->returned = true;
    return self->result;
}

static const char *grow_tree(uint32_t seed)
{
    static struct node nodes[TREE_SIZE];
    struct tree tree = {.nodes = nodes};
    unsigned living = 0;
    struct node ground = {.tree = &tree, .random = seed, .deadline = INFINITY, .living = &living};
    const struct stack_pool *pool = stacks_default(&loop_current()->stacks);

    make_child(&ground, NULL);
    await_one(&ground);
    expect(&ground, tree.ended == tree.made, "a coroutine has not ended");
    expect(&ground, tree.resolved == tree.promises, "a promise was not resolved");
    expect(&ground, list_empty(&this_task()->children), "a future was not consumed");
    expect(&ground, pool->parked_count + 1 == pool->mapped_count, "a task was not released");
    expect(&ground, active_watchers() == 0, "a timer was left running");
    return tree.fault;
}

static void grow_forest(uint32_t first_seed)
{
    size_t before = count_descriptors();
    for (uint32_t i = 0; i < TREES; i++) {
        uint32_t seed = first_seed + i;
        const char *fault = grow_tree(seed);
        if (fault) {
            cr_expect(false, "tree %u: %s", seed, fault);
            return;
        }
    }
    cr_expect_eq(count_descriptors(), before);
}

CoroutineTest(tree, random_trees_leave_nothing_behind_1)
{
    grow_forest(1);
}

CoroutineTest(tree, random_trees_leave_nothing_behind_2)
{
    grow_forest(1000000);
}

CoroutineTest(tree, random_trees_leave_nothing_behind_3)
{
    grow_forest(2000000);
}

CoroutineTest(tree, random_trees_leave_nothing_behind_4)
{
    grow_forest(3000000);
}

CoroutineTest(tree, random_trees_leave_nothing_behind_5)
{
    grow_forest(4000000);
}
