/*
 * Coroutines that wait for the same, in FIFO order. Queues, semaphores, mutexes and conditions are
 * made of wait queues.
 */
#ifndef HOB_SYNC_WAIT_QUEUE_H
#define HOB_SYNC_WAIT_QUEUE_H

#include <stddef.h>

#include "runtime/future.h"
#include "runtime/list.h"

struct wait_queue {
    struct list waiters; /* in the order in which they began to wait */
    size_t waiting;      /* calls that have begun and not returned, completed waiters included */
};

struct waiter {
    hob_future future; /* first; completed with the result of the waiting call */
    struct list link;
    struct wait_queue *queue;
    void *value; /* the value that the call passes or gets */
};

void wait_queue_init(struct wait_queue *self);

/* Ends the process with a message if a coroutine waits. For a call that frees the queue. */
void wait_queue_expect_unused(const struct wait_queue *self, const char *call, const char *message);

/*
 * Begins a call that may wait. Returns 0, or -ECANCELED or -ETIMEDOUT, which the call then has to
 * return. Lets other coroutines run once in some calls, since a loop of calls may never wait.
 */
int wait_queue_begin_call(const char *call);

/*
 * Adds the waiter, which lies on the caller's stack, and waits until it is completed. Returns the
 * result that it was completed with, -ECANCELED or -ETIMEDOUT.
 */
int wait_queue_wait(struct wait_queue *self, struct waiter *waiter, const char *call);

/* The same as a future of the calling coroutine. NULL when out of memory. */
hob_future *wait_queue_future(struct wait_queue *self, const char *call);

/* Removes the first waiter, which the caller completes at once. NULL if there is none. */
struct waiter *wait_queue_take_first(struct wait_queue *self);

/* Completes all that wait now with this result. Returns how many. */
size_t wait_queue_complete_all(struct wait_queue *self, int result);

#endif
