#include "hob/sync.h"

#include <errno.h>
#include <stdlib.h>

#include "wait_queue.h"

/* Coroutines wait only while the count is 0. */
struct hob_semaphore {
    struct wait_queue takers;
    size_t count;
};

hob_semaphore *hob_semaphore_new(size_t count)
{
    hob_semaphore *self = malloc(sizeof(*self));
    if (!self)
        return NULL;
    wait_queue_init(&self->takers);
    self->count = count;
    return self;
}

void hob_semaphore_free(hob_semaphore *semaphore)
{
    if (semaphore)
        wait_queue_expect_unused(
            &semaphore->takers, __func__, "a coroutine waits for the semaphore");
    free(semaphore);
}

int hob_semaphore_try_take(hob_semaphore *semaphore)
{
    if (semaphore->count == 0)
        return -EAGAIN;
    semaphore->count--;
    return 0;
}

int hob_semaphore_take(hob_semaphore *semaphore)
{
    struct waiter taker;
    int result = wait_queue_begin_call(__func__);
    if (result == 0)
        result = hob_semaphore_try_take(semaphore);
    return result == -EAGAIN ? wait_queue_wait(&semaphore->takers, &taker, __func__) : result;
}

void hob_semaphore_give(hob_semaphore *semaphore)
{
    struct waiter *taker = wait_queue_take_first(&semaphore->takers);
    if (taker)
        future_complete(&taker->future, 0);
    else
        semaphore->count++;
}
