/* Calls that run on another stack than the coroutine's own. */
#include "hob/runtime.h"
#include "loop.h"
#include "task.h"

int hob_call_deep(hob_fn *fn, void *arg)
{
    struct task *self = task_current(__func__);
    struct loop *loop = self->future.loop;
    loop->running = NULL; /* as in a callback of the loop: nothing may wait on its stack */
    loop->deep = self;
    int result = context_call_on(&self->context, &loop->scheduler, fn, arg);
    loop->deep = NULL;
    loop->running = self;
    return result;
}
