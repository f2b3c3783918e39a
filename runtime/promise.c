#include "hob/runtime.h"

#include <errno.h>
#include <stdlib.h>

#include "future.h"
#include "loop.h"
#include "misuse.h"
#include "task.h"

/*
 * A promise has two users, who may finish in either order: the task that awaits it, and whoever
 * resolves it. The second one frees it.
 */
struct promise {
    hob_future future;
    bool resolved;
    bool released;
};

static void free_when_unused(struct promise *self)
{
    if (self->resolved && self->released)
        free(self);
}

static void release_promise(hob_future *future)
{
    struct promise *self = (struct promise *)future;
    self->released = true;
    free_when_unused(self);
}

hob_future *hob_promise(void)
{
    static const struct future_kind promise_kind = {
        .cancel = future_complete, /* whoever is to resolve it does so when he can */
        .release = release_promise,
    };
    struct task *maker = task_current(__func__);
    struct promise *self = malloc(sizeof(*self));
    if (!self)
        return NULL;
    self->resolved = self->released = false;
    future_init(&self->future, &promise_kind, maker);
    return &self->future;
}

void hob_resolve(hob_future *promise, int result)
{
    struct promise *self = (struct promise *)promise;
    if (self->future.loop != loop_current())
        misuse(__func__, "the promise belongs to the loop of another thread");
    if (self->resolved)
        misuse(__func__, "the promise was resolved before");
    self->resolved = true;
    if (!self->released)
        future_complete(promise, result);
    free_when_unused(self);
}
