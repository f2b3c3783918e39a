/* Threads for functions that block: see hob_pool in hob/runtime.h. */
#ifndef HOB_THREADS_POOL_H
#define HOB_THREADS_POOL_H

#include "inbox.h"
#include "runtime/future.h"

/* A function that a thread runs for a task. May be the beginning of a larger struct. */
struct job {
    hob_future future;
    hob_fn *fn;
    void *arg;
    void (*interrupt)(void *arg); /* makes fn end early; NULL if nothing can */
    struct inbox *inbox;          /* of the loop, for when fn has returned */
    struct hob_pool *pool;
    struct message message; /* in the pool's queue, or in the inbox */
    bool queued;            /* guarded by the pool's lock, as is running */
    bool running;
    int result;
    void (*release)(struct job *self); /* frees the job when its future is released */
};

/*
 * Queues a job, whose fn, arg, interrupt and release are set, for the current task. If that fails,
 * or if `pool` is NULL, since there was no memory for it, its future is ready with -EAGAIN or
 * -ENOMEM: see hob_pool_run().
 */
hob_future *job_start(struct job *self, hob_pool *pool, const char *call);

/* The data of a loop for other threads, which the first use makes. */
struct threads {
    struct inbox *inbox; /* for jobs that have ended */
    hob_pool *functions; /* of hob_offload(); NULL until the first one, as is the other */
    hob_pool *files;
    size_t thread_limit; /* of functions */
    size_t queue_limit;
};

/* Returns the data of the task's loop; makes it if there is none. NULL when out of memory. */
struct threads *threads_ensure(const struct task *task);

#endif
