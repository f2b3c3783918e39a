/*
 * A line: coroutines that wait until they are served, in FIFO order. Queues, semaphores,
 * mutexes and conditions are made of lines.
 */
#ifndef HOB_SYNC_LINE_H
#define HOB_SYNC_LINE_H

#include <stddef.h>

#include "runtime/future.h"
#include "runtime/list.h"

struct line {
    struct list waiters; /* the first in line first */
    size_t waiting;      /* waits that have begun and have not ended: those of served waiters too */
};

struct waiter {
    hob_future future; /* first: serve a waiter by future_complete(), with the result of its call */
    struct list link;
    struct line *line;
    void *value; /* the value that the call passes or gets */
};

void line_init(struct line *self);

/*
 * Ends the process with a message if a coroutine waits in the line. For a call that frees what the
 * line belongs to.
 */
void line_expect_unused(const struct line *self, const char *call, const char *message);

/*
 * Begins a call that may wait. Returns 0, or -ECANCELED or -ETIMEDOUT if the call has to return
 * that instead of trying. Others run once in a while, since a loop of such calls may never wait.
 */
int line_begin(const char *call);

/*
 * Waits at the end of the line until the waiter is served, which lies on the caller's stack.
 * Returns what it was served with, -ECANCELED or -ETIMEDOUT.
 */
int line_wait(struct line *self, struct waiter *waiter, const char *call);

/* The same as a future of the calling coroutine. NULL when out of memory. */
hob_future *line_wait_future(struct line *self, const char *call);

/* Takes the first waiter out of the line, to be served at once. NULL if there is none. */
struct waiter *line_take_first(struct line *self);

/* Serves all that wait now with this result. Returns how many. */
size_t line_serve_all(struct line *self, int result);

#endif
