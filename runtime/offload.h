/*
 * The threads of a loop, for functions that block.
 *
 *     coroutine --job--> queue --> thread --job--> done list --ev_async_send--> loop
 *
 * The locked lists and that one call are all that crosses between threads.
 */
#ifndef HOB_RUNTIME_OFFLOAD_H
#define HOB_RUNTIME_OFFLOAD_H

#include <ev.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "future.h"
#include "list.h"

struct loop;

struct pool {
    struct ev_loop *ev;
    pthread_t *threads;
    size_t thread_count;
    size_t thread_limit;
    size_t queue_limit;
    size_t unfinished; /* jobs that the loop has not heard the end of */
    ev_async finished; /* a thread has put something into `done` */

    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t work;  /* there is something to take from `queued`, or to end for */
    struct list queued;
    size_t queued_count;
    size_t busy_count; /* threads that run a job */
    struct list done;
    bool ending;
};

/* A function on its way through a thread and back. Embed it at the beginning of a larger struct. */
struct job {
    hob_future future;
    hob_fn *fn;
    void *arg;
    struct list link; /* in `queued` or `done` */
    bool queued;
    int result;
    void (*release)(struct job *self); /* frees the job when its future is released */
};

/* Takes no thread and no descriptor before the first job. */
void pool_init(struct pool *self, struct ev_loop *ev);

/* Ends the threads. There must be no unfinished jobs. */
void pool_destroy(struct pool *self);

/*
 * Queues a job, whose fn, arg and release are set, for the current task. If it cannot be, its
 * future is ready with -EAGAIN.
 */
hob_future *job_start(struct job *self, const char *call);

#endif
