/*
 * A task: a coroutine with the state that the scheduler needs.
 *
 *     made --> queued <--> running --> returned --> released
 *                 ^           |
 *                 '- waiting <'
 *
 * Its control block lies at the top of its own stack, so that a waiting task costs one page.
 */
#ifndef HOB_RUNTIME_TASK_H
#define HOB_RUNTIME_TASK_H

#include <ev.h>
#include <stdbool.h>

#include "arena.h"
#include "context.h"
#include "diagnostics/describe.h"
#include "diagnostics/exceptions.h"
#include "diagnostics/trace.h"
#include "future.h"
#include "hob/runtime.h"
#include "list.h"

struct loop;
struct stack;
struct stack_pool;
struct stack_use;

/* Times are on the clock of hob_now(); INFINITY if there is none. */
struct deadline {
    double when;
    double latest; /* that hob_deadline_at() can set: the maker's deadline, or a limit */
    bool expired;  /* it has passed */
};

/* Functions that the maker of a task adds to it. They are called with the task's arg. */
struct task_role {
    describe_fn *describe;      /* for messages: says more than the task's name */
    void (*expired)(void *arg); /* in a callback: the deadline has passed while the task waits */
};

struct task {
    hob_future future;            /* its maker's child, unless it has a handle */
    hob_future *handle;           /* gets its result and may outlive it, or NULL: see hob_async() */
    const char *name;             /* for messages: the function that it runs */
    const struct task_role *role; /* NULL if it has none */
    const char *waits_in;         /* for messages: the call that it waits in, or waited in last */
    struct stack *stack;          /* the one that this struct lies on */
    struct stack *sized; /* the one that it runs on instead, in hob_call_sized(); or NULL */
    struct context context;
    struct exceptions exceptions; /* of C++; while it does not run */
    hob_fn *fn;
    void *arg;
    struct list children;           /* futures that this task made and that were not released yet */
    struct task *next;              /* in the ready queue */
    void (*before_wait)(void *arg); /* see task_set_before_wait() */
    void *before_wait_arg;
    const void *scope;  /* in task_scope(): its argument */
    struct arena arena; /* what hob_alloc() and hob_defer() gave it */
    unsigned unwaited;  /* calls that did not wait: see task_yield_sometimes() */

    /* Its interruptions: see task_interrupted(). */
    int cancelled; /* 0, -ECANCELED or -ETIMEDOUT */
    struct deadline
        *shielded;    /* in a shield: the deadline that has no effect in the outermost one */
    unsigned shields; /* how many hob_shield() it is in */
    struct deadline deadline;
    double removed_limit; /* by deadline_unlimit(); 0 if none */
    ev_timer alarm;       /* runs while the task waits, or has waited, under a deadline */

    bool queued;      /* in the ready queue */
    bool joining;     /* its function has returned; it waits for its children */
    bool returned;    /* it is to be released */
    struct lane lane; /* near the flags, since each resume reads its id */
};

/*
 * Makes a task that runs fn(arg) on a stack of this pool once it is queued, and is released when it
 * has returned. A `handle`, unless NULL, becomes ready with the result, and is among the maker's
 * children in place of the task. The first task of a loop has no maker: the caller sets its loop.
 * Returns NULL if there is no memory for the stack.
 */
struct task *task_make(
    struct stack_pool *stacks, struct task *maker, hob_future *handle, const char *name, hob_fn *fn,
    void *arg);

/* The same without a handle, so that no task can await it, and on a stack of the default size. */
struct task *task_make_unawaited(struct task *maker, const char *name, hob_fn *fn, void *arg);

/* The task of a future of hob_async() that is not ready. */
struct task *async_task(const hob_future *future);

/*
 * Starts an unawaited task. A coroutine that calls this only queues it. In a callback of the loop
 * it runs at once until it first waits, and may be gone then: tasks that never wait use the same
 * stack one after the other, which is then in the processor's cache.
 */
void task_start(struct task *self);

/* The coroutine that calls this. Ends the process with a message naming `call` if there is none. */
struct task *task_current(const char *call);

/*
 * Suspends the current task until task_wake(). Call it in a loop that checks the condition first: a
 * task may be woken without a reason, and task_wake() has no effect while the task runs.
 */
void task_suspend(struct task *self);

/*
 * For calls that return without a wait: the current task yields once in so many of them, so that
 * others run even if it calls them in an endless loop. Interrupted tasks yield too.
 */
void task_yield_sometimes(struct task *self);

/* Queues a task that waits. Does nothing if it is queued already, or running. */
void task_wake(struct task *self);

/* Makes the present await of the task and all later ones return `reason`. */
void task_cancel(struct task *self, int reason);

/*
 * Returns 0, or the error that an await has to return instead of waiting: -ECANCELED if the task
 * was cancelled, or -ETIMEDOUT if its deadline has passed or it was cancelled because its maker's
 * has. In a shield only a deadline that was set there counts.
 */
int task_interrupted(const struct task *self);

/*
 * Runs fn(arg) in the current task, self, as a call, and returns its result. Everything that fn
 * made and did not await ends with it, as with a separate task: children, clean-ups, memory,
 * deadlines and its lane. The task must have no children and no lane before. `arg` is in the frame
 * of the caller: what lies below it on the stack is gone when clean-ups run, see hob_defer().
 */
int task_scope(struct task *self, hob_fn *fn, void *arg);

/*
 * Sets a function that is called each time before the task waits, to release what all tasks of the
 * thread share, such as a read buffer. NULL removes it. fn must neither wait nor complete the
 * future that the task is about to await: the task is still running, so it would not be woken.
 */
void task_set_before_wait(struct task *self, void (*fn)(void *arg), void *arg);

/*
 * Calls fn(arg) in the current task, self, and returns its result. Sets *use to how much of the
 * stack the call has used, or of the stack of a hob_call_sized() in it if that is fuller; to zeros
 * if it cannot be measured.
 */
int task_measure(struct task *self, hob_fn *fn, void *arg, struct stack_use *use);

/* Frees a task that has returned: its stack goes back to the pool. */
void task_release(struct task *self);

#endif
