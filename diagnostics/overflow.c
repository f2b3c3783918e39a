#include "overflow.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/backtrace.h"
#include "base/log_handler.h"
#include "describe.h"
#include "hob/log.h"
#include "memory/stack.h"
#include "process/signal_handler.h"
#include "runtime/loop.h"
#include "runtime/task.h"

#define SIGNAL_STACK_SIZE (32 * 1024)
/*
 * Bytes below a thread's stack that the kernel keeps free. A fault may lie in there if a frame
 * without stack probes is larger than a page.
 */
#define STACK_GAP (1024 * 1024)

static const struct stack *stack_of(const struct task *task)
{
    return task->sized ? task->sized : task->stack;
}

/* The task whose guard has this address, if it runs on this thread. */
static const struct task *overflown_task(const struct loop *loop, const char *address)
{
    const struct task *task = loop ? loop->running : NULL;
    if (!task)
        return NULL;
    const struct stack *stack = stack_of(task);
    const char *guard = stack->bottom - stack->pool->guard_size;
    return address >= guard && address < stack->bottom ? task : NULL;
}

/*
 * Whether a function of hob_call_deep() has used up the thread's stack. The address of a fault is
 * in no mapped page, so it is below that stack.
 */
static bool deep_call_overflown(const struct loop *loop, const char *address)
{
    struct rlimit limit;
    if (!loop || !loop->deep || getrlimit(RLIMIT_STACK, &limit) < 0 ||
        limit.rlim_cur == RLIM_INFINITY)
        return false;
    const char *top = loop->scheduler.saved;
    return address < top && (size_t)(top - address) < limit.rlim_cur + STACK_GAP;
}

static void report(const struct task *task)
{
    char description[DESCRIPTION_SIZE];
    hob_log(
        HOB_LOG_ERROR, "%s: stack overflow: all %zu KiB of its stack are used; it is in",
        task_describe(task, description), (stack_size(stack_of(task)) + 1023) / 1024);
    backtrace_log(HOB_LOG_ERROR);
    hob_log(
        HOB_LOG_ERROR, "run it by hob_call_deep or hob_offload, or give the route a larger stack");
}

static void report_deep(const struct task *task)
{
    char description[DESCRIPTION_SIZE];
    hob_log(
        HOB_LOG_ERROR,
        "%s: stack overflow: hob_call_deep() has used all of the thread's stack (ulimit -s); it is "
        "in",
        task_describe(task, description));
    backtrace_log(HOB_LOG_ERROR);
    hob_log(HOB_LOG_ERROR, "bound its recursion, or run it by hob_call_sized");
}

static void on_fault(int signal_number, siginfo_t *info, void *context)
{
    (void)context;
    const struct loop *loop = loop_current();
    const struct task *task = overflown_task(loop, info->si_addr);
    log_enter_handler();
    if (task)
        report(task);
    else if (deep_call_overflown(loop, info->si_addr))
        report_deep(loop->deep);
    log_leave_handler();
    /* The instruction that faulted is repeated, and ends the process as without this handler. */
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigaction(signal_number, &action, NULL);
    if (info->si_code <= 0)
        raise(signal_number); /* sent by kill(2): there is no fault that repeats */
}

static struct signal_handler handler = {.signal_number = SIGSEGV, .fn = on_fault};

/* Returns 0 or -ENOMEM. */
static int set_signal_stack(struct overflow_watch *self)
{
    stack_t before;
    if (sigaltstack(NULL, &before) < 0 || !(before.ss_flags & SS_DISABLE))
        return 0;
    self->signal_stack = malloc(SIGNAL_STACK_SIZE);
    if (!self->signal_stack)
        return -ENOMEM;
    stack_t stack = {.ss_sp = self->signal_stack, .ss_size = SIGNAL_STACK_SIZE};
    sigaltstack(&stack, NULL);
    return 0;
}

int overflow_watch(struct overflow_watch *self)
{
    *self = (struct overflow_watch){0};
    int err = set_signal_stack(self);
    if (err == 0)
        self->handles = signal_handler_use(&handler);
    return err;
}

void overflow_unwatch(struct overflow_watch *self)
{
    stack_t none = {.ss_flags = SS_DISABLE};
    if (self->handles)
        signal_handler_release(&handler);
    if (self->signal_stack)
        sigaltstack(&none, NULL);
    free(self->signal_stack);
}
