#include "task.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "loop.h"
#include "stack.h"

static void cancel_task_future(hob_future *future)
{
    task_cancel((struct task *)future);
}

static void release_task_future(hob_future *future)
{
    task_release((struct task *)future);
}

static const struct future_kind task_kind = {
    .cancel = cancel_task_future,
    .release = release_task_future,
};

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
 * Nothing outlives its maker: cancels what this task started and did not await, and waits. None
 * is released before all are ready: a child that has yet to run may be about to await another.
 */
static void join_children(struct task *self)
{
    self->joining = true;
    for (struct list *link = self->children.next; link != &self->children; link = link->next)
        future_cancel(list_entry(link, hob_future, sibling));
    while (!children_are_ready(self))
        task_suspend(self);
    release_children(self);
}

/* The whole life of a task, on its own stack. */
static void task_main(void *arg)
{
    struct task *self = arg;
    int result = self->fn(self->arg);
    join_children(self);
    future_complete(&self->future, result);
    context_exit(&self->context, &self->loop->scheduler);
}

/* The control block goes right below the stack's own record, on a cache line of its own. */
static struct task *place_on(struct stack *stack)
{
    char *place = (char *)stack - sizeof(struct task);
    return (struct task *)(void *)(place - (uintptr_t)place % 64);
}

struct task *task_spawn(struct loop *loop, struct task *maker, hob_fn *fn, void *arg)
{
    struct stack *stack = stack_take(&loop->stacks);
    if (!stack)
        return NULL;

    struct task *self = place_on(stack);
    *self = (struct task){.loop = loop, .stack = stack, .fn = fn, .arg = arg};
    future_init(&self->future, &task_kind, maker);
    list_init(&self->children);
    context_init(
        &self->context, stack->bottom, (size_t)((char *)self - stack->bottom), task_main, self);
    task_wake(self);
    if (maker && maker->joining)
        task_cancel(self); /* the others were cancelled before this one was made */
    return self;
}

struct task *task_spawn_unwatched(struct task *maker, hob_fn *fn, void *arg)
{
    struct task *self = task_spawn(maker->loop, maker, fn, arg);
    if (self)
        self->unwatched = true;
    return self;
}

struct task *task_current(const char *call)
{
    struct loop *loop = loop_current();
    if (!loop || !loop->running) {
        fprintf(stderr, "hob: %s() was called outside a coroutine; see hob_block_on()\n", call);
        abort();
    }
    return loop->running;
}

void task_suspend(struct task *self)
{
    if (self->before_wait)
        self->before_wait(self->before_wait_arg);
    context_switch(&self->context, &self->loop->scheduler);
}

void task_wake(struct task *self)
{
    if (!self->queued && self->loop->running != self)
        loop_enqueue(self->loop, self);
}

void task_cancel(struct task *self)
{
    if (self->cancelled)
        return;
    self->cancelled = -ECANCELED;
    task_wake(self);
}

void task_before_wait(struct task *self, void (*fn)(void *arg), void *arg)
{
    self->before_wait = fn;
    self->before_wait_arg = arg;
}

void task_release(struct task *self)
{
    struct loop *loop = self->loop;
    context_destroy(&self->context);
    stack_give(&loop->stacks, self->stack); /* self lies on it: not to be used any more */
    loop_expect_idle_stacks(loop);
}

hob_future *hob_async(hob_fn *fn, void *arg)
{
    struct task *maker = task_current(__func__);
    struct task *task = task_spawn(maker->loop, maker, fn, arg);
    return task ? &task->future : NULL;
}

int hob_yield(void)
{
    struct task *self = task_current(__func__);
    if (!self->cancelled) {
        loop_enqueue(self->loop, self);
        task_suspend(self);
    }
    return self->cancelled;
}
