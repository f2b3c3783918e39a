#include "line.h"

#include <stdlib.h>

#include "diagnostics/misuse.h"
#include "runtime/task.h"

void line_init(struct line *self)
{
    list_init(&self->waiters);
    self->waiting = 0;
}

void line_expect_unused(const struct line *self, const char *call, const char *message)
{
    if (self->waiting > 0)
        misuse(call, message);
}

int line_begin(const char *call)
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

static void join_line(struct waiter *self, struct line *line)
{
    self->line = line;
    list_append(&line->waiters, &self->link);
    line->waiting++;
}

int line_wait(struct line *self, struct waiter *waiter, const char *call)
{
    static const struct future_kind on_stack = {.cancel = cancel_waiter};
    future_init(&waiter->future, &on_stack, NULL);
    join_line(waiter, self);
    int result = future_await(&waiter->future, call);
    self->waiting--;
    return result;
}

static void release_waiter(hob_future *future)
{
    struct waiter *self = (struct waiter *)future;
    self->line->waiting--;
    free(self);
}

hob_future *line_wait_future(struct line *self, const char *call)
{
    static const struct future_kind on_heap = {.cancel = cancel_waiter, .release = release_waiter};
    struct task *task = task_current(call);
    struct waiter *waiter = calloc(1, sizeof(*waiter));
    if (!waiter)
        return NULL;
    future_init(&waiter->future, &on_heap, task);
    join_line(waiter, self);
    return &waiter->future;
}

struct waiter *line_take_first(struct line *self)
{
    if (list_empty(&self->waiters))
        return NULL;
    struct waiter *first = list_entry(self->waiters.next, struct waiter, link);
    list_remove(&first->link);
    return first;
}

size_t line_serve_all(struct line *self, int result)
{
    size_t count = 0;
    for (struct waiter *waiter = line_take_first(self); waiter; waiter = line_take_first(self)) {
        future_complete(&waiter->future, result);
        count++;
    }
    return count;
}
