/*
 * What every kind of future has in common, and how a task waits for futures.
 *
 *     future --wait--> struct wait (on the waiter's stack) --task--> the task to wake
 *
 * A wait is a count of futures that are not ready yet. Each of them points to it; the one that
 * brings the count to zero, or fails, wakes the task. Await and join are this one idea.
 */
#ifndef HOB_RUNTIME_FUTURE_H
#define HOB_RUNTIME_FUTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "hob/runtime.h"
#include "list.h"

struct task;

/* How one kind of future (a timer, a coroutine, ...) is cancelled and freed. */
struct future_kind {
    /* Makes the future ready soon, or at once. Called when it is not ready yet. */
    void (*cancel)(hob_future *self);
    /* Takes back the memory of a ready future. NULL if the future lies on a stack. */
    void (*release)(hob_future *self);
};

struct wait {
    struct task *task; /* who sleeps until this is over */
    size_t pending;    /* how many futures are not ready */
    int error;         /* the first negative result, or 0 */
};

struct hob_future {
    const struct future_kind *kind;
    struct task *maker;  /* NULL for one on a stack, or whose maker has returned */
    struct list sibling; /* in maker->children */
    struct wait *wait;   /* who waits for this; NULL while nobody does */
    int result;          /* once it is ready */
    bool ready;
    bool claimed; /* a task awaits it and will release it */
};

/* Initialises a future that belongs to `maker`, or to nobody but its stack frame if NULL. */
void future_init(hob_future *self, const struct future_kind *kind, struct task *maker);

/* Makes a future ready with this result and wakes who waits for it. Ignored if it was ready. */
void future_complete(hob_future *self, int result);

/* hob_cancel(), also from callbacks of the loop. */
void future_cancel(hob_future *self);

/* Takes a ready future from its maker's children and frees it. */
void future_release(hob_future *self);

#endif
