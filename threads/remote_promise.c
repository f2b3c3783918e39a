/* Promises that other threads resolve. The loop does not end before. */
#include <stdlib.h>

#include "diagnostics/misuse.h"
#include "hob/runtime.h"
#include "pool.h"
#include "runtime/promise.h"
#include "runtime/task.h"

struct remote_promise {
    struct promise promise;
    struct inbox *inbox;
    struct message message;
    int result;
};

static void deliver_result(struct message *message)
{
    struct remote_promise *self = list_entry(message, struct remote_promise, message);
    promise_resolve(&self->promise, self->result);
}

hob_future *hob_remote_promise(void)
{
    struct task *maker = task_current(__func__);
    struct threads *threads = threads_ensure(maker);
    struct remote_promise *self =
        threads ? (struct remote_promise *)promise_new(sizeof(*self), maker) : NULL;
    if (!self)
        return NULL;
    self->promise.remote = true;
    self->message.deliver = deliver_result;
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
    if (!inbox_put(self->inbox, &self->message))
        free(self); /* the loop has ended, and its coroutines before it */
}
