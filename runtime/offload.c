#include "offload.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "hob/runtime.h"
#include "hob/testing.h"
#include "loop.h"
#include "task.h"

#define THREAD_LIMIT 4
#define QUEUE_LIMIT  1024

static void on_finished(struct ev_loop *ev, ev_async *watcher, int events);

void pool_init(struct pool *self, struct ev_loop *ev)
{
    *self = (struct pool){.ev = ev, .thread_limit = THREAD_LIMIT, .queue_limit = QUEUE_LIMIT};
    list_init(&self->queued);
    list_init(&self->done);
}

/*
 * On a thread of the pool.
 */

/* The job that was queued first, once there is one. NULL when the pool ends. Locked. */
static struct job *take_job(struct pool *self)
{
    while (list_empty(&self->queued) && !self->ending)
        pthread_cond_wait(&self->work, &self->lock);
    if (list_empty(&self->queued))
        return NULL;
    struct job *job = list_entry(self->queued.next, struct job, link);
    list_remove(&job->link);
    self->queued_count--;
    self->busy_count++;
    job->queued = false;
    return job;
}

static void *run_jobs(void *arg)
{
    struct pool *self = arg;
    pthread_mutex_lock(&self->lock);
    for (struct job *job = take_job(self); job; job = take_job(self)) {
        pthread_mutex_unlock(&self->lock);
        job->result = job->fn(job->arg);
        pthread_mutex_lock(&self->lock);
        self->busy_count--;
        list_append(&self->done, &job->link);
        ev_async_send(self->ev, &self->finished);
    }
    pthread_mutex_unlock(&self->lock);
    return NULL;
}

/*
 * On the thread of the loop.
 */

/* The loop has a reason to wait as long as there are unfinished jobs, and only then. */
static void expect_finish(struct pool *self)
{
    if (self->unfinished++ == 0)
        ev_ref(self->ev);
}

static void forget_finish(struct pool *self)
{
    if (--self->unfinished == 0)
        ev_unref(self->ev);
}

static void on_finished(struct ev_loop *ev, ev_async *watcher, int events)
{
    struct pool *self = watcher->data;
    struct list done;
    (void)ev;
    (void)events;
    list_init(&done);
    pthread_mutex_lock(&self->lock);
    while (!list_empty(&self->done)) {
        struct list *link = self->done.next;
        list_remove(link);
        list_append(&done, link);
    }
    pthread_mutex_unlock(&self->lock);

    while (!list_empty(&done)) {
        struct job *job = list_entry(done.next, struct job, link);
        list_remove(&job->link);
        forget_finish(self);
        future_complete(&job->future, job->result);
    }
}

/* Before the first job: what pool_destroy() has to undo. */
static int pool_start(struct pool *self)
{
    self->threads = calloc(self->thread_limit, sizeof(self->threads[0]));
    if (!self->threads)
        return -ENOMEM;
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->work, NULL);
    ev_async_init(&self->finished, on_finished);
    self->finished.data = self;
    ev_async_start(self->ev, &self->finished);
    ev_unref(self->ev); /* see expect_finish() */
    return 0;
}

/* Signals are for the thread of the loop, so those of the pool block them all. */
static int add_thread(struct pool *self)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int err = pthread_create(&self->threads[self->thread_count], NULL, run_jobs, self);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (err)
        return -EAGAIN;
    self->thread_count++;
    return 0;
}

void pool_destroy(struct pool *self)
{
    if (!self->threads)
        return;
    pthread_mutex_lock(&self->lock);
    self->ending = true;
    pthread_cond_broadcast(&self->work);
    pthread_mutex_unlock(&self->lock);
    for (size_t i = 0; i < self->thread_count; i++)
        pthread_join(self->threads[i], NULL);
    ev_ref(self->ev);
    ev_async_stop(self->ev, &self->finished);
    pthread_cond_destroy(&self->work);
    pthread_mutex_destroy(&self->lock);
    free(self->threads);
}

/* Puts a job into the queue. Returns whether there are not enough threads for all in it. */
static bool enqueue(struct pool *self, struct job *job)
{
    pthread_mutex_lock(&self->lock);
    list_append(&self->queued, &job->link);
    job->queued = true;
    bool lacking = ++self->queued_count > self->thread_count - self->busy_count;
    pthread_cond_signal(&self->work);
    pthread_mutex_unlock(&self->lock);
    return lacking;
}

/* Takes a job out of the queue. Returns false if it is not in it any more. */
static bool dequeue(struct pool *self, struct job *job)
{
    pthread_mutex_lock(&self->lock);
    bool queued = job->queued;
    if (queued) {
        list_remove(&job->link);
        self->queued_count--;
        job->queued = false;
    }
    pthread_mutex_unlock(&self->lock);
    return queued;
}

static bool is_full(struct pool *self)
{
    pthread_mutex_lock(&self->lock);
    /* Those that a thread is about to take, or that one will be started for, do not count. */
    size_t about_to_run = self->thread_limit - self->busy_count;
    bool full = self->queued_count >= about_to_run &&
                self->queued_count - about_to_run >= self->queue_limit;
    pthread_mutex_unlock(&self->lock);
    return full;
}

static int submit(struct pool *self, struct job *job)
{
    if (!self->threads && pool_start(self) < 0)
        return -EAGAIN;
    if (is_full(self))
        return -EAGAIN;
    expect_finish(self);
    bool lacking = enqueue(self, job);
    if (lacking && self->thread_count < self->thread_limit)
        add_thread(self); /* if it fails, those that are there will do */
    if (self->thread_count == 0 && dequeue(self, job)) {
        forget_finish(self);
        return -EAGAIN;
    }
    return 0;
}

/* A function that has begun cannot be stopped: it is waited for. */
static void cancel_job(hob_future *future, int reason)
{
    struct job *self = (struct job *)future;
    struct pool *pool = &future->loop->pool;
    if (dequeue(pool, self)) {
        forget_finish(pool);
        future_complete(future, reason);
    }
}

static void release_job(hob_future *future)
{
    struct job *self = (struct job *)future;
    self->release(self);
}

hob_future *job_start(struct job *self, const char *call)
{
    static const struct future_kind job_kind = {.cancel = cancel_job, .release = release_job};
    struct task *task = task_current(call);
    future_init(&self->future, &job_kind, task);
    list_init(&self->link);
    int err = submit(&task->future.loop->pool, self);
    if (err < 0)
        future_complete(&self->future, err);
    return &self->future;
}

static void free_job(struct job *self)
{
    free(self);
}

hob_future *hob_offload(hob_fn *blocking, void *arg)
{
    struct job *self = calloc(1, sizeof(*self));
    if (!self)
        return NULL;
    self->fn = blocking;
    self->arg = arg;
    self->release = free_job;
    return job_start(self, __func__);
}

int hob_offload_limits(size_t threads, size_t queue)
{
    struct pool *pool = &task_current(__func__)->future.loop->pool;
    if (threads == 0 || queue == 0)
        return -EINVAL;
    if (pool->threads)
        return -EBUSY;
    pool->thread_limit = threads;
    pool->queue_limit = queue;
    return 0;
}

size_t hob_offload_unfinished(void)
{
    const struct loop *loop = loop_current();
    return loop ? loop->pool.unfinished : 0;
}
