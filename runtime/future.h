/*
 * The common part of all futures, and how a task waits for futures.
 *
 *     future --wait--> struct wait (on the waiter's stack) --task--> the task to wake
 *
 * A wait counts the futures that are not ready yet. Each of them points to it; the one that
 * decides it (the last one, the first that failed, or the first at all) wakes the task. Await, join
 * and race are this one idea.
 */
#ifndef HOB_RUNTIME_FUTURE_H
#define HOB_RUNTIME_FUTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "hob/runtime.h"
#include "list.h"

struct loop;
struct task;

/* How one kind of future (a timer, a coroutine, ...) is cancelled and freed. */
struct future_kind {
    /*
     * Called while the future is not ready: makes it ready, at once or later. `reason` is the
     * result of a timer, or of all later awaits of a coroutine: -ECANCELED or -ETIMEDOUT. A kind
     * that has nothing to stop uses future_complete().
     */
    void (*cancel)(hob_future *self, int reason);
    /* Frees or keeps the memory of a ready future. NULL if the future lies on a stack. */
    void (*release)(hob_future *self);
};

struct wait {
    struct task *task; /* sleeps until this is over */
    size_t pending;    /* how many futures are not ready */
    bool any;          /* the first one that is ready decides, not only the first that fails */
    bool decided;      /* the result is known, although futures are pending */
    bool interrupted;  /* the task was interrupted before that */
    int result;        /* of the future that decided, else 0 */
    const hob_future *decider;
};

struct hob_future {
    const struct future_kind *kind; /* NULL when it was released */
    struct loop *loop;              /* where it was made; NULL for one on a stack */
    struct task *maker;             /* NULL for one on a stack, or whose maker has returned */
    struct list sibling;            /* in maker->children */
    struct wait *wait;              /* of the task that waits for this, or NULL */
    int result;                     /* once it is ready */
    bool ready;
    bool claimed; /* a task awaits it and will release it */
};

/* Initialises a future that belongs to `maker`. NULL is for a future on the caller's stack. */
void future_init(hob_future *self, const struct future_kind *kind, struct task *maker);

/* Makes a future ready with this result, and wakes the task that waits for it; once. */
void future_complete(hob_future *self, int result);

/* hob_cancel(), with a reason, also from callbacks of the loop. */
void future_cancel(hob_future *self, int reason);

/* The same as hob_await() for another call, which messages name. */
int future_await(hob_future *self, const char *call);

/* The same for hob_race_all(). */
int future_race(hob_future *const *futures, size_t count, size_t *winner, const char *call);

/* Takes a ready future from its maker's children and frees it. */
void future_release(hob_future *self);

/*
 * Allocates a future of a kind that is made often: `size` bytes, with the future first. Reuses one
 * that its release() has appended to `kept`, or else calls malloc(3). NULL when out of memory.
 */
hob_future *future_take(struct list *kept, size_t size);

/* Frees the memory that was kept. */
void future_free_kept(struct list *kept);

#endif
