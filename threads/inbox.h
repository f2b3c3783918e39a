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
    size_t unfinished; /* letters that the loop waits for; the loop's thread uses these three */

    pthread_mutex_t lock; /* guards what follows */
    struct list arrived;
    bool closed; /* the loop has ended, and takes no more letters */
};

/* A result, embedded in the struct that it is about. */
struct letter {
    struct list link;
    void (*deliver)(struct letter *self); /* called on the loop's thread */
};

/* NULL when out of memory. */
struct inbox *inbox_new(struct ev_loop *ev);

/* Frees it, unless the loop waits for letters: their threads use it. The loop must still exist. */
void inbox_close(struct inbox *self);

/* The loop waits for one more letter, or one less. */
void inbox_expect(struct inbox *self);
void inbox_forget(struct inbox *self);

/*
 * Delivers a letter on the loop's thread. May be called on any thread. Returns false if the loop
 * has ended: the letter still belongs to the caller.
 */
bool inbox_put(struct inbox *self, struct letter *letter);

#endif
