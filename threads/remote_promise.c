/* Promises that other threads resolve. The loop has a reason to wait until they are. */
#include <stdlib.h>

#include "diagnostics/misuse.h"
#include "hob/runtime.h"
#include "pool.h"
#include "runtime/promise.h"
#include "runtime/task.h"

struct remote_promise {
    struct promise promise;
    struct inbox *inbox;
    struct letter letter;
    int result;
};

static void deliver_result(struct letter *letter)
{
    struct remote_promise *self = list_entry(letter, struct remote_promise, letter);
    promise_resolve(&self->promise, self->result);
}

hob_future *hob_remote_promise(void)
{
    struct task *maker = task_current(__func__);
    struct threads *threads = threads_of(maker);
    struct remote_promise *self =
        threads ? (struct remote_promise *)promise_new(sizeof(*self), maker) : NULL;
    if (!self)
        return NULL;
    self->promise.remote = true;
    self->letter.deliver = deliver_result;
    self->inbox = threads->inbox;
    inbox_expect(self->inbox);
    return &self->promise.future;
}

void hob_remote_resolve(hob_future *promise, int result)
{
    struct remote_promise *self = (struct remote_promise *)promise;
    if (!self->promise.remote)
        misuse(__func__, "the promise is one of hob_promise()");
    self->result = result;
    if (!inbox_put(self->inbox, &self->letter))
        free(self); /* the loop has ended, and its coroutines before it */
}
