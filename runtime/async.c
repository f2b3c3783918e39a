/*
 * Children that coroutines make. A coroutine gives its stack back as soon as it returns; only its
 * result is kept, in a small future, until its maker awaits it.
 */
#include <errno.h>

#include "future.h"
#include "hob/runtime.h"
#include "loop.h"
#include "task.h"

struct async {
    hob_future future; /* among the maker's children in place of the task's own */
    struct task *task; /* gone when the future is ready */
};

static void cancel_async(hob_future *future, int reason)
{
    task_cancel(async_task(future), reason);
}

/* Kept for the next coroutine. */
static void release_async(hob_future *future)
{
    list_append(&future->loop->free_asyncs, &future->sibling);
}

static const struct future_kind async_kind = {.cancel = cancel_async, .release = release_async};

struct task *async_task(const hob_future *future)
{
    return ((const struct async *)future)->task;
}

static hob_future *
spawn(struct stack_pool *stacks, struct task *maker, const char *name, hob_fn *fn, void *arg)
{
    struct loop *loop = maker->future.loop;
    struct async *self = (struct async *)future_take(&loop->free_asyncs, sizeof(*self));
    if (!self)
        return NULL;
    self->task = task_make(stacks, maker, &self->future, name, fn, arg);
    if (!self->task) {
        list_append(&loop->free_asyncs, &self->future.sibling);
        return NULL;
    }
    future_init(&self->future, &async_kind, maker);
    loop_enqueue(loop, self->task);
    return &self->future;
}

hob_future *hob_async_named(const char *name, hob_fn *fn, void *arg)
{
    struct task *maker = task_current("hob_async");
    return spawn(stacks_default(&maker->future.loop->stacks), maker, name, fn, arg);
}

hob_future *hob_async_sized_named(size_t stack_size, const char *name, hob_fn *fn, void *arg)
{
    struct task *maker = task_current("hob_async_sized");
    struct stack_pool *stacks = stacks_of_size(&maker->future.loop->stacks, stack_size);
    return stacks ? spawn(stacks, maker, name, fn, arg) : NULL;
}

int hob_start_named(const char *name, hob_fn *fn, void *arg)
{
    struct task *task = task_make_unawaited(task_current("hob_start"), name, fn, arg);
    if (!task)
        return -ENOMEM;
    task_start(task);
    return 0;
}
