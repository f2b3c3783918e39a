#include "wait_queue.h"

#include <stdlib.h>

#include "diagnostics/misuse.h"
#include "runtime/task.h"

void wait_queue_init(struct wait_queue *self)
{
    list_init(&self->waiters);
    self->waiting = 0;
}

void wait_queue_expect_unused(const struct wait_queue *self, const char *call, const char *message)
{
    if (self->waiting > 0)
        misuse(call, message);
}

int wait_queue_begin_call(const char *call)
{
    struct task *task = task_current(call);
    task_yield_sometimes(task);
    return task_interrupted(task);
}

static void cancel_waiter(hob_future *future, int reason)
{
    list_remove(&((struct waiter *)future)->link);
    future_complete(future, reason);
}

static void enqueue(struct waiter *self, struct wait_queue *queue)
{
    self->queue = queue;
    list_append(&queue->waiters, &self->link);
    queue->waiting++;
}

int wait_queue_wait(struct wait_queue *self, struct waiter *waiter, const char *call)
{
    static const struct future_kind on_stack = {.cancel = cancel_waiter};
    future_init(&waiter->future, &on_stack, NULL);
    enqueue(waiter, self);
    int result = future_await(&waiter->future, call);
    self->waiting--;
    return result;
}

static void release_waiter(hob_future *future)
{
    struct waiter *self = (struct waiter *)future;
    self->queue->waiting--;
    free(self);
}

hob_future *wait_queue_future(struct wait_queue *self, const char *call)
{
    static const struct future_kind on_heap = {.cancel = cancel_waiter, .release = release_waiter};
    struct task *task = task_current(call);
    struct waiter *waiter = calloc(1, sizeof(*waiter));
    if (!waiter)
        return NULL;
    future_init(&waiter->future, &on_heap, task);
    enqueue(waiter, self);
    return &waiter->future;
}

struct waiter *wait_queue_take_first(struct wait_queue *self)
{
    if (list_empty(&self->waiters))
        return NULL;
    struct waiter *first = list_entry(self->waiters.next, struct waiter, link);
    list_remove(&first->link);
    return first;
}

size_t wait_queue_complete_all(struct wait_queue *self, int result)
{
    size_t count = 0;
    for (struct waiter *waiter = wait_queue_take_first(self); waiter;
         waiter = wait_queue_take_first(self)) {
        future_complete(&waiter->future, result);
        count++;
    }
    return count;
}
