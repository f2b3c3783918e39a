#include "hob/runtime.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "future.h"
#include "list.h"
#include "misuse.h"
#include "task.h"

/*
 * Coroutines wait to put only while the queue is full, and to get only while it is empty. They are
 * served by the call that makes room or brings a value, in their order: so nobody can overtake
 * them.
 */
struct hob_queue {
    struct list putters; /* struct waiter, the first in line first */
    struct list getters;
    size_t waiting; /* calls that have waited, and have not gone on yet */
    bool closed;
    size_t capacity;
    size_t first; /* index of the value that was put first */
    size_t count;
    void *values[]; /* a ring */
};

/* On the stack of a coroutine that waits. Its result is that of the call. */
struct waiter {
    hob_future future; /* first */
    void *value;       /* to put, or that it got */
};

hob_queue *hob_queue_new(size_t capacity)
{
    if (capacity == 0 || capacity > (SIZE_MAX - sizeof(hob_queue)) / sizeof(void *))
        return NULL;
    hob_queue *self = malloc(sizeof(*self) + capacity * sizeof(self->values[0]));
    if (!self)
        return NULL;
    *self = (hob_queue){.capacity = capacity};
    list_init(&self->putters);
    list_init(&self->getters);
    return self;
}

void hob_queue_free(hob_queue *queue)
{
    if (queue && queue->waiting > 0)
        misuse(__func__, "a coroutine waits for the queue");
    free(queue);
}

static void cancel_waiter(hob_future *future, int reason)
{
    list_remove(&future->sibling);
    future_complete(future, reason);
}

/* Waits in line until it is served. Returns the call's result. */
static int wait_in(hob_queue *self, struct list *line, struct waiter *waiter, const char *call)
{
    static const struct future_kind waiter_kind = {.cancel = cancel_waiter};
    future_init(&waiter->future, &waiter_kind, NULL);
    list_append(line, &waiter->future.sibling);
    self->waiting++;
    int result = future_await(&waiter->future, call);
    self->waiting--;
    return result;
}

/* The first in line, who does not wait any more; or NULL. */
static struct waiter *take_first(struct list *line)
{
    if (list_empty(line))
        return NULL;
    struct list *link = line->next;
    list_remove(link);
    return (struct waiter *)list_entry(link, hob_future, sibling);
}

static void append(hob_queue *self, void *value)
{
    self->values[(self->first + self->count++) % self->capacity] = value;
}

int hob_queue_try_put(hob_queue *queue, void *value)
{
    if (queue->closed)
        return -EPIPE;
    struct waiter *getter = take_first(&queue->getters);
    if (getter) {
        getter->value = value;
        future_complete(&getter->future, 1);
        return 0;
    }
    if (queue->count == queue->capacity)
        return -EAGAIN;
    append(queue, value);
    return 0;
}

int hob_queue_try_get(hob_queue *queue, void **value)
{
    if (queue->count == 0)
        return queue->closed ? 0 : -EAGAIN;
    *value = queue->values[queue->first];
    queue->first = (queue->first + 1) % queue->capacity;
    queue->count--;
    struct waiter *putter = take_first(&queue->putters);
    if (putter) {
        append(queue, putter->value);
        future_complete(&putter->future, 0);
    }
    return 1;
}

int hob_queue_put(hob_queue *queue, void *value)
{
    struct task *task = task_current(__func__);
    int result = task_interrupted(task);
    if (result == 0)
        result = hob_queue_try_put(queue, value);
    else
        task_yield_sometimes(task);
    if (result != -EAGAIN)
        return result;
    struct waiter putter = {.value = value};
    return wait_in(queue, &queue->putters, &putter, __func__);
}

int hob_queue_get(hob_queue *queue, void **value)
{
    struct task *task = task_current(__func__);
    int result = task_interrupted(task);
    if (result == 0)
        result = hob_queue_try_get(queue, value);
    else
        task_yield_sometimes(task);
    if (result != -EAGAIN)
        return result;
    struct waiter getter = {.value = NULL};
    result = wait_in(queue, &queue->getters, &getter, __func__);
    if (result == 1)
        *value = getter.value;
    return result;
}

static void end_waits(struct list *line, int result)
{
    for (struct waiter *waiter = take_first(line); waiter; waiter = take_first(line))
        future_complete(&waiter->future, result);
}

void hob_queue_close(hob_queue *queue)
{
    queue->closed = true;
    end_waits(&queue->putters, -EPIPE);
    end_waits(&queue->getters, 0);
}
