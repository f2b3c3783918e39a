/* Calls that run on another stack than the coroutine's own. */
#include <errno.h>

#include "hob/runtime.h"
#include "loop.h"
#include "task.h"

int hob_call_deep(hob_fn *fn, void *arg)
{
    struct task *self = task_current(__func__);
    struct loop *loop = self->future.loop;
    loop->running = NULL; /* as in a callback of the loop, which must not wait */
    loop->deep = self;
    int result = context_call_on(&self->context, &loop->scheduler, fn, arg);
    loop->deep = NULL;
    loop->running = self;
    return result;
}

int hob_call_sized(size_t size, hob_fn *fn, void *arg)
{
    struct task *self = task_current(__func__);
    struct loop *loop = self->future.loop;
    struct stack_pool *stacks = stacks_of_size(&loop->stacks, size);
    struct stack *stack = stacks ? stack_take(stacks) : NULL;
    struct stack *before = self->sized;
    struct stack_use *use = (before ? before : self->stack)->use;
    if (!stack)
        return -ENOMEM;
    stack->use = use && stack_begin_measure(stack, (char *)stack) ? use : NULL;
    self->sized = stack;
    loop->sized_calls++;
    int result = context_call(&self->context, stack->bottom, stack_size(stack), fn, arg);
    loop->sized_calls--;
    self->sized = before;
    if (stack->use)
        stack_note_use(stack, stack->use);
    stack->use = NULL;
    stack_give(stack);
    loop_start_trim(loop);
    return result;
}

/* Bytes of stack that task_measure() and the functions that it calls itself may use. */
#define OWN_FRAMES 4096

int task_measure(struct task *self, hob_fn *fn, void *arg, struct stack_use *use)
{
    struct stack *stack = self->sized ? self->sized : self->stack;
    *use = (struct stack_use){0};
    if (!stack_begin_measure(stack, (char *)__builtin_frame_address(0) - OWN_FRAMES))
        return fn(arg);
    stack->use = use;
    int result = fn(arg);
    stack->use = NULL;
    stack_note_use(stack, use);
    return result;
}
