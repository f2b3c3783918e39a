#include "hob/sync.h"

#include <stdlib.h>

#include "line.h"
#include "runtime/task.h"

struct hob_condition {
    struct line waiters;
};

hob_condition *hob_condition_new(void)
{
    hob_condition *self = malloc(sizeof(*self));
    if (self)
        line_init(&self->waiters);
    return self;
}

void hob_condition_free(hob_condition *condition)
{
    if (condition)
        line_expect_unused(&condition->waiters, __func__, "a coroutine waits for the condition");
    free(condition);
}

int hob_condition_wait(hob_condition *condition)
{
    struct waiter waiter;
    struct task *task = task_current(__func__);
    int reason = task_interrupted(task);
    if (reason == 0) /* at once: what the caller has found may change when others run */
        return line_wait(&condition->waiters, &waiter, __func__);
    task_yield_sometimes(task);
    return reason;
}

hob_future *hob_condition_next(hob_condition *condition)
{
    return line_wait_future(&condition->waiters, __func__);
}

bool hob_condition_wake_one(hob_condition *condition)
{
    struct waiter *waiter = line_take_first(&condition->waiters);
    if (waiter)
        future_complete(&waiter->future, 0);
    return waiter;
}

size_t hob_condition_wake_all(hob_condition *condition)
{
    return line_serve_all(&condition->waiters, 0);
}
