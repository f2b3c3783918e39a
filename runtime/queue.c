#include "hob/runtime.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "future.h"
#include "list.h"
#include "misuse.h"
#include "task.h"

struct hob_queue {
    struct list putters; /* futures of those who wait for room, in their order */
    struct list getters; /* ... and of those who wait for a value */
    size_t waiting;      /* calls that have waited, and have not gone on yet */
    bool closed;
    size_t capacity;
    size_t first; /* index of the value that was put first */
    size_t count;
    void *values[]; /* a ring */
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

/* Waits in line until wake_first() or wake_all(). */
static int wait_in(hob_queue *self, struct list *line, const char *call)
{
    static const struct future_kind waiter_kind = {.cancel = cancel_waiter};
    hob_future waiter;
    future_init(&waiter, &waiter_kind, NULL);
    list_append(line, &waiter.sibling);
    self->waiting++;
    int reason = future_await(&waiter, call);
    self->waiting--;
    return reason;
}

static void wake_first(struct list *line)
{
    if (list_empty(line))
        return;
    hob_future *waiter = list_entry(line->next, hob_future, sibling);
    list_remove(&waiter->sibling);
    future_complete(waiter, 0);
}

static void wake_all(struct list *line)
{
    while (!list_empty(line))
        wake_first(line);
}

int hob_queue_put(hob_queue *queue, void *value)
{
    struct task *task = task_current(__func__);
    int reason = task_interrupted(task);
    while (reason == 0 && !queue->closed && queue->count == queue->capacity)
        reason = wait_in(queue, &queue->putters, __func__);
    if (reason < 0) {
        if (queue->count < queue->capacity)
            wake_first(&queue->putters); /* it may have been us who was told of the room */
        task_yield_sometimes(task);
        return reason;
    }
    if (queue->closed)
        return -EPIPE;
    queue->values[(queue->first + queue->count++) % queue->capacity] = value;
    wake_first(&queue->getters);
    return 0;
}

int hob_queue_get(hob_queue *queue, void **value)
{
    struct task *task = task_current(__func__);
    int reason = task_interrupted(task);
    while (reason == 0 && !queue->closed && queue->count == 0)
        reason = wait_in(queue, &queue->getters, __func__);
    if (reason < 0) {
        if (queue->count > 0)
            wake_first(&queue->getters);
        task_yield_sometimes(task);
        return reason;
    }
    if (queue->count == 0)
        return 0;
    *value = queue->values[queue->first];
    queue->first = (queue->first + 1) % queue->capacity;
    queue->count--;
    wake_first(&queue->putters);
    return 1;
}

void hob_queue_close(hob_queue *queue)
{
    queue->closed = true;
    wake_all(&queue->putters);
    wake_all(&queue->getters);
}
