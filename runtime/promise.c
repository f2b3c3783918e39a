#include "promise.h"

#include <stdlib.h>

#include "diagnostics/misuse.h"
#include "loop.h"
#include "task.h"

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

struct promise *promise_new(size_t size, struct task *maker)
{
    static const struct future_kind promise_kind = {
        .cancel = future_complete, /* a later call of hob_resolve() only frees it */
        .release = release_promise,
    };
    struct promise *self = calloc(1, size);
    if (self)
        future_init(&self->future, &promise_kind, maker);
    return self;
}

void promise_resolve(struct promise *self, int result)
{
    self->resolved = true;
    if (!self->released)
        future_complete(&self->future, result);
    free_when_unused(self);
}

hob_future *hob_promise(void)
{
    struct promise *self = promise_new(sizeof(struct promise), task_current(__func__));
    return self ? &self->future : NULL;
}

bool hob_promise_abandoned(const hob_future *promise)
{
    return promise->ready;
}

void hob_resolve(hob_future *promise, int result)
{
    struct promise *self = (struct promise *)promise;
    if (self->future.loop != loop_current())
        misuse(__func__, "the promise belongs to the loop of another thread");
    if (self->remote)
        misuse(__func__, "the promise is one of hob_remote_promise()");
    if (self->resolved)
        misuse(__func__, "the promise was resolved before");
    promise_resolve(self, result);
}
