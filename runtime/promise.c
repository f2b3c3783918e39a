#include "hob/runtime.h"

#include <errno.h>
#include <stdlib.h>

#include "future.h"
#include "loop.h"
#include "misuse.h"
#include "task.h"

/*
 * A promise has two users, which may finish in either order: the task that awaits it, and the code
 * that resolves it. The second one frees it.
 */
struct promise {
    hob_future future;
    bool resolved;
    bool released;

    /* If another thread resolves it. Else the inbox is NULL. */
    struct inbox *inbox;
    struct letter letter;
    int result;
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

static struct promise *promise_new(struct task *maker)
{
    static const struct future_kind promise_kind = {
        .cancel =
            future_complete, /* the code that resolves it does not know, and calls when it can */
        .release = release_promise,
    };
    struct promise *self = calloc(1, sizeof(*self));
    if (self)
        future_init(&self->future, &promise_kind, maker);
    return self;
}

static void resolve(struct promise *self, int result)
{
    self->resolved = true;
    if (!self->released)
        future_complete(&self->future, result);
    free_when_unused(self);
}

hob_future *hob_promise(void)
{
    struct promise *self = promise_new(task_current(__func__));
    return self ? &self->future : NULL;
}

void hob_resolve(hob_future *promise, int result)
{
    struct promise *self = (struct promise *)promise;
    if (self->future.loop != loop_current())
        misuse(__func__, "the promise belongs to the loop of another thread");
    if (self->inbox)
        misuse(__func__, "the promise is one of hob_remote_promise()");
    if (self->resolved)
        misuse(__func__, "the promise was resolved before");
    resolve(self, result);
}

/*
 * From other threads. The loop has a reason to wait as long as such a promise is not resolved.
 */

static void deliver_result(struct letter *letter)
{
    struct promise *self = list_entry(letter, struct promise, letter);
    resolve(self, self->result);
}

hob_future *hob_remote_promise(void)
{
    struct task *maker = task_current(__func__);
    struct promise *self = promise_new(maker);
    if (!self)
        return NULL;
    self->letter.deliver = deliver_result;
    self->inbox = maker->future.loop->inbox;
    inbox_expect(self->inbox);
    return &self->future;
}

void hob_remote_resolve(hob_future *promise, int result)
{
    struct promise *self = (struct promise *)promise;
    if (!self->inbox)
        misuse(__func__, "the promise is one of hob_promise()");
    self->result = result;
    if (!inbox_put(self->inbox, &self->letter))
        free(self); /* the loop has ended, and its coroutines before it */
}
