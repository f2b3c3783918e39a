#include "hob/runtime.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "wait_queue.h"

/*
 * Coroutines wait to put only while the queue is full, and to get only while it is empty. The call
 * that makes room or brings a value wakes the first of them.
 */
struct hob_queue {
    struct wait_queue putters;
    struct wait_queue getters;
    struct wait_queue watchers; /* futures of hob_queue_readable() */
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
    wait_queue_init(&self->putters);
    wait_queue_init(&self->getters);
    wait_queue_init(&self->watchers);
    return self;
}

void hob_queue_free(hob_queue *queue)
{
    static const char message[] = "a coroutine waits for the queue";
    if (!queue)
        return;
    wait_queue_expect_unused(&queue->putters, __func__, message);
    wait_queue_expect_unused(&queue->getters, __func__, message);
    wait_queue_expect_unused(&queue->watchers, __func__, message);
    free(queue);
}

static void append(hob_queue *self, void *value)
{
    self->values[(self->first + self->count++) % self->capacity] = value;
}

int hob_queue_try_put(hob_queue *queue, void *value)
{
    if (queue->closed)
        return -EPIPE;
    struct waiter *getter = wait_queue_take_first(&queue->getters);
    if (getter) {
        getter->value = value;
        future_complete(&getter->future, 1);
        return 0;
    }
    if (queue->count == queue->capacity)
        return -EAGAIN;
    append(queue, value);
    wait_queue_complete_all(&queue->watchers, 0);
    return 0;
}

int hob_queue_try_get(hob_queue *queue, void **value)
{
    if (queue->count == 0)
        return queue->closed ? 0 : -EAGAIN;
    *value = queue->values[queue->first];
    queue->first = (queue->first + 1) % queue->capacity;
    queue->count--;
    struct waiter *putter = wait_queue_take_first(&queue->putters);
    if (putter) {
        append(queue, putter->value);
        future_complete(&putter->future, 0);
    }
    return 1;
}

int hob_queue_put(hob_queue *queue, void *value)
{
    int result = wait_queue_begin_call(__func__);
    if (result == 0)
        result = hob_queue_try_put(queue, value);
    if (result != -EAGAIN)
        return result;
    struct waiter putter = {.value = value};
    return wait_queue_wait(&queue->putters, &putter, __func__);
}

int hob_queue_get(hob_queue *queue, void **value)
{
    int result = wait_queue_begin_call(__func__);
    if (result == 0)
        result = hob_queue_try_get(queue, value);
    if (result != -EAGAIN)
        return result;
    struct waiter getter = {.value = NULL};
    result = wait_queue_wait(&queue->getters, &getter, __func__);
    if (result == 1)
        *value = getter.value;
    return result;
}

hob_future *hob_queue_readable(hob_queue *queue)
{
    hob_future *readable = wait_queue_future(&queue->watchers, __func__);
    if (readable && (queue->count > 0 || queue->closed))
        wait_queue_complete_all(&queue->watchers, 0);
    return readable;
}

void hob_queue_close(hob_queue *queue)
{
    queue->closed = true;
    wait_queue_complete_all(&queue->putters, -EPIPE);
    wait_queue_complete_all(&queue->getters, 0);
    wait_queue_complete_all(&queue->watchers, 0);
}
