#include "hob/sync.h"

#include <stdlib.h>

#include "runtime/task.h"
#include "wait_queue.h"

struct hob_condition {
    struct wait_queue waiters;
};

hob_condition *hob_condition_new(void)
{
    hob_condition *self = malloc(sizeof(*self));
    if (self)
        wait_queue_init(&self->waiters);
    return self;
}

void hob_condition_free(hob_condition *condition)
{
    if (condition)
        wait_queue_expect_unused(
            &condition->waiters, __func__, "a coroutine waits for the condition");
    free(condition);
}

int hob_condition_wait(hob_condition *condition)
{
    struct waiter waiter;
    struct task *task = task_current(__func__);
    int reason = task_interrupted(task);
    if (reason == 0) /* at once: what the caller has found may change when others run */
        return wait_queue_wait(&condition->waiters, &waiter, __func__);
    task_yield_sometimes(task);
    return reason;
}

hob_future *hob_condition_next(hob_condition *condition)
{
    return wait_queue_future(&condition->waiters, __func__);
}

bool hob_condition_wake_one(hob_condition *condition)
{
    struct waiter *waiter = wait_queue_take_first(&condition->waiters);
    if (waiter)
        future_complete(&waiter->future, 0);
    return waiter;
}

size_t hob_condition_wake_all(hob_condition *condition)
{
    return wait_queue_complete_all(&condition->waiters, 0);
}
