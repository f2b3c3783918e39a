#include "future.h"

#include <errno.h>

#include "task.h"

void future_init(hob_future *self, const struct future_kind *kind, struct task *maker)
{
    *self = (hob_future){.kind = kind, .maker = maker};
    list_init(&self->sibling);
    if (maker)
        list_append(&maker->children, &self->sibling);
}

void future_complete(hob_future *self, int result)
{
    if (self->ready)
        return;
    self->ready = true;
    self->result = result;

    struct wait *wait = self->wait;
    if (wait) {
        self->wait = NULL;
        wait->pending--;
        if (result < 0 && wait->error == 0)
            wait->error = result;
        if (wait->pending == 0 || wait->error < 0)
            task_wake(wait->task);
    }
    if (self->maker && self->maker->joining)
        task_wake(self->maker); /* this may have been the last it waits for */
}

void future_cancel(hob_future *self)
{
    if (self && !self->ready)
        self->kind->cancel(self);
}

void future_release(hob_future *self)
{
    list_remove(&self->sibling);
    if (self->kind->release)
        self->kind->release(self);
}

/* Hangs the wait on a future that is not ready yet, or takes in the result of one that is. */
static void wait_add(struct wait *wait, hob_future *future)
{
    int result = -ENOMEM; /* what a maker's NULL means */
    if (future) {
        future->claimed = true;
        result = future->ready ? future->result : 0;
    }
    if (future && !future->ready) {
        future->wait = wait;
        wait->pending++;
    }
    if (result < 0 && wait->error == 0)
        wait->error = result;
}

/*
 * Sleeps until all futures are ready. As soon as one has failed or the task is cancelled, the
 * rest are cancelled; they are waited for all the same, since what they use may be on our stack.
 * Returns 0 or that first error.
 */
static int wait_for_all(struct task *self, hob_future *const *futures, size_t count)
{
    struct wait wait = {.task = self};
    bool cancelled = false;

    for (size_t i = 0; i < count; i++)
        wait_add(&wait, futures[i]);
    while (wait.pending > 0) {
        if (!cancelled && (wait.error < 0 || self->cancelled)) {
            cancelled = true;
            for (size_t i = 0; i < count; i++)
                future_cancel(futures[i]);
            continue;
        }
        task_suspend(self);
    }
    return self->cancelled ? self->cancelled : wait.error;
}

int hob_await(hob_future *future)
{
    struct task *self = task_current(__func__);
    int err = wait_for_all(self, &future, 1);
    int result = err < 0 ? err : future->result;
    if (future)
        future_release(future);
    return result;
}

int hob_join_all(hob_future *const *futures, size_t count)
{
    struct task *self = task_current(__func__);
    int err = wait_for_all(self, futures, count);
    for (size_t i = 0; i < count; i++) {
        if (futures[i])
            future_release(futures[i]);
    }
    return err;
}

void hob_cancel(hob_future *future)
{
    future_cancel(future);
}
