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
    double last;  /* the latest that hob_deadline_at() can set: the maker's deadline */
    bool expired; /* it has passed */
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
    struct list children;           /* futures this task made that were not consumed yet */
    struct task *next;              /* in the ready queue */
    void (*before_wait)(void *arg); /* see task_set_before_wait() */
    void *before_wait_arg;
    const void *scope;  /* in task_scope(): its argument */
    struct arena arena; /* what hob_alloc() and hob_defer() gave it */
    unsigned unwaited;  /* calls that did not wait: see task_yield_sometimes() */

    /* Its interruptions: see task_interrupted(). */
    int cancelled;             /* 0, -ECANCELED or -ETIMEDOUT */
    struct deadline *shielded; /* in a shield: the deadline that the outermost one holds back */
    unsigned shields;          /* how many hob_shield() it is in */
    struct deadline deadline;
    double lifted;  /* the limit that deadline_unlimit() has taken back; 0 if none */
    ev_timer alarm; /* runs while the task waits, or has waited, under a deadline */

    bool queued;      /* in the ready queue */
    bool joining;     /* its function has returned; it waits for its children */
    bool returned;    /* it is to be released */
    struct lane lane; /* near the flags, since each resume looks whether there is one */
};

/*
 * A task that will run fn(arg) on a stack of that pool once it is queued, and is released when it
 * has returned. If there is a `handle`, that becomes ready with the result, and is among the
 * maker's children in place of the task. The first task of a loop has no maker: its caller sets the
 * loop. NULL when there is no memory for its stack.
 */
struct task *task_make(
    struct stack_pool *stacks, struct task *maker, hob_future *handle, const char *name, hob_fn *fn,
    void *arg);

/* The same for a child without a handle, on a usual stack. See task_start(). */
struct task *task_make_unwatched(struct task *maker, const char *name, hob_fn *fn, void *arg);

/* The task of a future of hob_async() that is not ready. */
struct task *async_task(const hob_future *future);

/*
 * Called by a callback of the loop, runs an unwatched task at once until it waits for the first
 * time; it may be gone then. Of many that are started one after the other and never wait, each has
 * the stack of the one before, which is in the processor's cache. Called by a coroutine, queues it.
 */
void task_start(struct task *self);

/* The coroutine that calls this. Ends the process with a message naming `call` if there is none. */
struct task *task_current(const char *call);

/*
 * Suspends the current task until task_wake(). Check before and after, in a loop, whether there
 * is anything to wait for: a task may be woken for no reason, and is not woken while it runs.
 */
void task_suspend(struct task *self);

/*
 * Called by the current task in a call that returns without a wait and that may be called in an
 * endless loop: yields once in so many of these calls, so that others run, also in an interrupted
 * task.
 */
void task_yield_sometimes(struct task *self);

/* Queues a task that waits. Does nothing if it is queued already, or running. */
void task_wake(struct task *self);

/* Makes every await of the task return `reason` from now on, the one it is in first. */
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
 * Sets a function that is called each time before the task waits, to give back what all tasks of
 * the thread share, such as a read buffer. fn must not wait, nor complete the future that the task
 * is about to await: the task still counts as running, and would not be woken. NULL removes it.
 */
void task_set_before_wait(struct task *self, void (*fn)(void *arg), void *arg);

/*
 * Calls fn(arg) in the current task, self, and returns its result. Sets *use to how much of the
 * stack the call has used, or of the stack of a hob_call_sized() in it if that is more; to 0 of 0
 * bytes if that cannot be measured.
 */
int task_measure(struct task *self, hob_fn *fn, void *arg, struct stack_use *use);

/* Frees a task that has returned: its stack goes back to the pool. */
void task_release(struct task *self);

#endif
