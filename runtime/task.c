#include "task.h"

#include <errno.h>
#include <stdint.h>

#include "deadline.h"
#include "diagnostics/misuse.h"
#include "loop.h"

static void cancel_task_future(hob_future *future, int reason)
{
    task_cancel((struct task *)future, reason);
}

/* The loop releases a task when it has returned; its maker does not. */
static const struct future_kind task_kind = {.cancel = cancel_task_future};

static bool children_are_ready(const struct task *self)
{
    for (struct list *link = self->children.next; link != &self->children; link = link->next) {
        if (!list_entry(link, hob_future, sibling)->ready)
            return false;
    }
    return true;
}

/* Releases the children, all ready; but one that another task awaits is left to that task. */
static void release_children(struct task *self)
{
    while (!list_empty(&self->children)) {
        hob_future *child = list_entry(self->children.next, hob_future, sibling);
        list_remove(&child->sibling);
        child->maker = NULL;
        if (!child->claimed)
            future_release(child);
    }
}

/*
 * Nothing outlives its maker: cancels the children that this task did not await, and waits for
 * them. It releases none before all are ready, since a child that has not run yet may await another
 * one.
 */
static void join_children(struct task *self)
{
    self->joining = true;
    self->waits_in = "join_children"; /* for messages: it is in no call of the interface */
    for (struct list *link = self->children.next; link != &self->children; link = link->next)
        future_cancel(list_entry(link, hob_future, sibling), -ECANCELED);
    while (!children_are_ready(self)) {
        self->lane.step = NULL; /* it was for an await that never came */
        task_suspend(self);
    }
    release_children(self);
    self->joining = false;
}

/* Ends everything that belongs to the function that has returned. */
static void end_scope(struct task *self)
{
    do
        join_children(self);
    while (arena_clean_up(&self->arena)); /* which may have made more children */
    arena_free(&self->arena);
}

/* The whole life of a task, on its own stack. */
static void task_main(void *arg)
{
    struct task *self = arg;
    int result = self->fn(self->arg);
    end_scope(self);
    deadline_disarm(self);
    if (self->lane.id)
        lane_end(self, result);
    future_complete(self->handle ? self->handle : &self->future, result);
    self->returned = true;
    context_exit(&self->context, &self->future.loop->scheduler);
}

/* The control block goes right below the stack's own record, on a cache line of its own. */
static struct task *place_on(struct stack *stack)
{
    char *place = (char *)stack - sizeof(struct task);
    return (struct task *)(void *)(place - (uintptr_t)place % 64);
}

struct task *task_make(
    struct stack_pool *stacks, struct task *maker, hob_future *handle, const char *name, hob_fn *fn,
    void *arg)
{
    struct stack *stack = stack_take(stacks);
    if (!stack)
        return NULL;

    struct task *self = place_on(stack);
    *self = (struct task){.handle = handle, .name = name, .stack = stack, .fn = fn, .arg = arg};
    future_init(&self->future, &task_kind, handle ? NULL : maker);
    if (maker)
        self->future.loop = maker->future.loop;
    self->future.maker = maker;
    list_init(&self->children);
    deadline_inherit(self, maker);
    context_init(
        &self->context, stack->bottom, (size_t)((char *)self - stack->bottom), task_main, self);
    if (maker && maker->joining)
        self->cancelled = -ECANCELED; /* the others were cancelled before this one was made */
    if (maker && maker->lane.id)
        lane_begin_part(self, maker);
    return self;
}

struct task *task_make_unawaited(struct task *maker, const char *name, hob_fn *fn, void *arg)
{
    return task_make(stacks_default(&maker->future.loop->stacks), maker, NULL, name, fn, arg);
}

void task_start(struct task *self)
{
    struct loop *loop = self->future.loop;
    if (loop->running)
        loop_enqueue(loop, self);
    else
        loop_resume(loop, self);
}

/* Out of line, so that task_current() is small enough to be inlined. */
__attribute__((noinline)) static _Noreturn void refuse_call(const char *call)
{
    const struct loop *loop = loop_current();
    if (loop && loop->deep)
        misuse_by(loop->deep, call, "this was called within hob_call_deep(), which cannot wait");
    misuse(call, "this was called outside a coroutine; see hob_block_on()");
}

struct task *task_current(const char *call)
{
    struct loop *loop = loop_current();
    if (!loop || !loop->running)
        refuse_call(call);
    return loop->running;
}

void task_suspend(struct task *self)
{
    if (self->before_wait)
        self->before_wait(self->before_wait_arg);
    deadline_arm(self);
    context_switch(&self->context, &self->future.loop->scheduler);
}

/* A read takes some microseconds, so others wait for less than 0.1 ms. */
#define UNWAITED_IN_A_ROW 16

void task_yield_sometimes(struct task *self)
{
    if (++self->unwaited % UNWAITED_IN_A_ROW > 0)
        return;
    loop_enqueue(self->future.loop, self);
    task_suspend(self);
}

void task_wake(struct task *self)
{
    struct loop *loop = self->future.loop;
    if (!self->queued && loop->running != self)
        loop_enqueue(loop, self);
}

void task_cancel(struct task *self, int reason)
{
    if (self->cancelled)
        return;
    self->cancelled = reason;
    task_wake(self);
}

int task_interrupted(const struct task *self)
{
    if (self->cancelled && self->shields == 0)
        return self->cancelled;
    return self->deadline.expired ? -ETIMEDOUT : 0;
}

int task_scope(struct task *self, hob_fn *fn, void *arg)
{
    struct arena arena = self->arena;
    struct deadline deadline = self->deadline;
    self->arena = (struct arena){0};
    self->scope = arg;
    int result = fn(arg);
    end_scope(self);
    if (self->lane.id)
        lane_end(self, result);
    self->arena = arena;
    self->scope = NULL;
    deadline_restore(self, deadline);
    return result;
}

void task_set_before_wait(struct task *self, void (*fn)(void *arg), void *arg)
{
    self->before_wait = fn;
    self->before_wait_arg = arg;
}

void task_release(struct task *self)
{
    struct loop *loop = self->future.loop;
    list_remove(&self->future.sibling);
    context_destroy(&self->context);
    stack_give(self->stack); /* self lies on it: not to be used any more */
    loop_start_trim(loop);
}

int hob_yield(void)
{
    struct task *self = task_current(__func__);
    int reason = task_interrupted(self);
    if (reason < 0) {
        task_yield_sometimes(self);
        return reason;
    }
    loop_enqueue(self->future.loop, self);
    task_suspend(self);
    return task_interrupted(self);
}
