#include "hob/sync.h"

#include <errno.h>
#include <stdlib.h>

#include "diagnostics/misuse.h"
#include "runtime/task.h"
#include "wait_queue.h"

struct hob_mutex {
    struct wait_queue waiters;
    struct task *holder; /* NULL while it is free: then no coroutine waits */
};

hob_mutex *hob_mutex_new(void)
{
    hob_mutex *self = malloc(sizeof(*self));
    if (!self)
        return NULL;
    wait_queue_init(&self->waiters);
    self->holder = NULL;
    return self;
}

void hob_mutex_free(hob_mutex *mutex)
{
    if (!mutex)
        return;
    wait_queue_expect_unused(&mutex->waiters, __func__, "a coroutine waits for the mutex");
    if (mutex->holder)
        misuse(__func__, "a coroutine holds the mutex");
    free(mutex);
}

static int try_lock(hob_mutex *self, struct task *task, const char *call)
{
    if (self->holder == task)
        misuse(call, "this coroutine holds the mutex already");
    if (self->holder)
        return -EAGAIN;
    self->holder = task;
    return 0;
}

int hob_mutex_try_lock(hob_mutex *mutex)
{
    return try_lock(mutex, task_current(__func__), __func__);
}

int hob_mutex_lock(hob_mutex *mutex)
{
    struct waiter waiter = {.value = task_current(__func__)};
    int result = wait_queue_begin_call(__func__);
    if (result == 0)
        result = try_lock(mutex, waiter.value, __func__);
    return result == -EAGAIN ? wait_queue_wait(&mutex->waiters, &waiter, __func__) : result;
}

void hob_mutex_unlock(hob_mutex *mutex)
{
    if (mutex->holder != task_current(__func__))
        misuse(__func__, "this coroutine does not hold the mutex");
    struct waiter *next = wait_queue_take_first(&mutex->waiters);
    mutex->holder = next ? next->value : NULL;
    if (next)
        future_complete(&next->future, 0);
}
