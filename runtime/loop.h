/*
 * The event loop and scheduler of one thread. run_turns() in loop.c is a turn of it.
 */
#ifndef HOB_RUNTIME_LOOP_H
#define HOB_RUNTIME_LOOP_H

#include <ev.h>

#include "base/asan.h"
#include "context.h"
#include "diagnostics/exceptions.h"
#include "diagnostics/overflow.h"
#include "diagnostics/stall.h"
#include "diagnostics/trace.h"
#include "list.h"
#include "memory/stack.h"
#include "task.h"

struct hob_resolver;

struct loop {
    struct ev_loop *ev;
    struct context scheduler; /* where tasks switch back to */
    struct task *running;     /* NULL while the scheduler or a callback runs */
    struct task *deep;        /* in hob_call_deep(): it has the thread though none is running */
    struct task *ready_first; /* the ready queue, linked by task->next */
    struct task **ready_end;  /* where the next one is linked in */
    size_t ready_count; /* tasks in the queue, and those taken from it in this turn that have not
                           run yet */
    struct trace trace;
    struct stall_watch stall;
    struct stacks stacks;
    size_t sized_calls; /* calls of hob_call_sized() in progress: each has a second stack */
    struct overflow_watch overflow;
    struct lsan_region frames;     /* of the thread, from hob_block_on() up */
    struct exceptions *exceptions; /* C++'s record of this thread; NULL if there is no C++ */
    ev_timer trim;                 /* gives idle stacks back; runs only while a pool has some */
    struct list free_timers;       /* futures of timers to use again: see future_take() */
    struct list free_asyncs;       /* ... and of hob_async() */
    struct list hooks;             /* functions to call in each turn: see struct turn_hook */
    struct list turn_ends;         /* ... and once at the end of this one: see struct turn_end */
    int background_count;          /* timers of background_start() that run */
    ev_async
        wake; /* active, so that libev has the descriptor by which threads and signals wake it */
    struct arena parts;              /* data of other folders that ends with the loop */
    struct threads *threads;         /* in `parts`; NULL until a coroutine needs a thread */
    struct descriptors *descriptors; /* ... or waits for a descriptor */
    struct hob_resolver *resolver;   /* ... or looks up a name */
};

/* The loop that runs on this thread, or NULL. */
struct loop *loop_current(void);

/* The task that has the thread, also in hob_call_deep(). NULL if there is none. */
static inline const struct task *loop_task(const struct loop *self)
{
    return self->running ? self->running : self->deep;
}

/* The libev loop of a task, for watchers of the layers above. */
struct ev_loop *task_ev_loop(const struct task *task);

/* Puts a task, which must not be in it, at the end of the ready queue. See task_wake(). */
void loop_enqueue(struct loop *self, struct task *task);

/* Runs a task, which must not be queued, until it waits or returns. Not from within a task. */
void loop_resume(struct loop *self, struct task *task);

/*
 * A function of a layer above that the loop calls in each turn, after the ready tasks and before it
 * polls for input. A server then handles the connections that callbacks and tasks have collected.
 * Tasks add and remove hooks.
 */
struct turn_hook {
    void (*run)(void *arg);
    void *arg;
    struct list link;
};

void loop_add_hook(struct loop *self, struct turn_hook *hook);
void loop_remove_hook(struct turn_hook *hook);

/*
 * A function to call once, at the end of this turn, before libev passes its watchers to the kernel.
 * libev ends the process if one of them has a descriptor that is closed by then.
 */
struct turn_end {
    struct list link; /* initialised by list_init() */
    void (*run)(struct turn_end *self);
};

void loop_at_turn_end(struct loop *self, struct turn_end *end);

/*
 * Starts a repeating timer for housekeeping, which fires every `seconds`, unless it is running.
 * These timers alone neither keep the loop running nor advance virtual time.
 */
void background_start(struct ev_loop *ev, ev_timer *timer, double seconds);

/* Stops the timer if it runs. */
void background_stop(struct ev_loop *ev, ev_timer *timer);

/* Starts the timer that gives idle stacks back to the system, unless it is running. */
void loop_start_trim(struct loop *self);

#endif
