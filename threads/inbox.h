/*
 * Results from other threads, on their way to the loop that waits for them.
 *
 *     coroutine --job--> pool --> thread --job--> inbox --ev_async_send--> loop
 *
 * An inbox lies in memory of its own: a thread whose job does not end may outlive the loop.
 */
#ifndef HOB_THREADS_INBOX_H
#define HOB_THREADS_INBOX_H

#include <ev.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "runtime/list.h"

struct inbox {
    struct ev_loop *ev;
    ev_async arrival;
    size_t unfinished; /* messages that the loop waits for; only its thread uses these three */

    pthread_mutex_t lock; /* guards what follows */
    struct list arrived;
    bool closed; /* the loop has ended, and accepts no more messages */
};

/* Embedded in the struct that has the result. */
struct message {
    struct list link;
    void (*deliver)(struct message *self); /* called on the loop's thread */
};

/* NULL when out of memory. */
struct inbox *inbox_new(struct ev_loop *ev);

/* Called at the end of the loop. Frees the inbox, unless messages are still to come. */
void inbox_close(struct inbox *self);

/* Add and remove a message that the loop waits for: it does not end before it has come. */
void inbox_expect(struct inbox *self);
void inbox_forget(struct inbox *self);

/*
 * Passes a message to the loop's thread, which calls its deliver(). May be called on any thread.
 * Returns false if the loop has ended: the message still belongs to the caller.
 */
bool inbox_put(struct inbox *self, struct message *message);

#endif
