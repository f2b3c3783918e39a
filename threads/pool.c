#include "pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "hob/log.h"
#include "runtime/loop.h"
#include "runtime/task.h"

struct hob_pool {
    size_t thread_limit;
    size_t queue_limit;

    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t work;  /* `queued` has a job, or the pool ends */
    struct list queued;
    size_t queued_count;
    size_t busy_count; /* threads that run a job */
    size_t thread_count;
    bool ending;
    bool start_failed; /* the last attempt to start a thread failed, and was logged */
    pthread_t threads[];
};

/*
 * On a thread of the pool.
 */

/* The job that was queued first, once there is one. NULL when the pool ends. Locked. */
static struct job *take_job(hob_pool *self)
{
    while (list_empty(&self->queued) && !self->ending)
        pthread_cond_wait(&self->work, &self->lock);
    if (self->ending)
        return NULL;
    struct job *job = list_entry(self->queued.next, struct job, message.link);
    list_remove(&job->message.link);
    self->queued_count--;
    self->busy_count++;
    job->queued = false;
    job->running = true;
    return job;
}

static void *run_jobs(void *arg)
{
    hob_pool *self = arg;
    pthread_mutex_lock(&self->lock);
    for (struct job *job = take_job(self); job; job = take_job(self)) {
        pthread_mutex_unlock(&self->lock);
        job->result = job->fn(job->arg);
        pthread_mutex_lock(&self->lock);
        self->busy_count--;
        job->running = false;
        inbox_put(job->inbox, &job->message);
    }
    pthread_mutex_unlock(&self->lock);
    return NULL;
}

/*
 * On the thread of a loop.
 */

/*
 * Threads, and the processes that their jobs start, have the signal mask of the thread that starts
 * them. A signal may be delivered to any of these threads: libev passes it on to the loop.
 */
static void add_thread(hob_pool *self)
{
    int err = pthread_create(&self->threads[self->thread_count], NULL, run_jobs, self);
    if (err && !self->start_failed)
        hob_log(
            HOB_LOG_ERROR, "no thread can be started beside %zu others: %s", self->thread_count,
            strerror(err));
    self->start_failed = err != 0;
    self->thread_count += err == 0;
}

/*
 * Whether the queue is full. Jobs that a thread is about to take, or will be started for, do not
 * count. Locked.
 */
static bool is_full(const hob_pool *self)
{
    size_t about_to_run = self->thread_limit - self->busy_count;
    return self->queued_count >= about_to_run &&
           self->queued_count - about_to_run >= self->queue_limit;
}

/* Starts a thread if there are not enough for all that is queued and for one more job. Locked. */
static int enqueue(hob_pool *self, struct job *job)
{
    if (is_full(self))
        return -EAGAIN;
    bool wanted = self->queued_count + 1 > self->thread_count - self->busy_count;
    if (wanted && self->thread_count < self->thread_limit)
        add_thread(self);
    if (self->thread_count == 0)
        return -ENOMEM; /* with at least one thread the job can wait */
    list_append(&self->queued, &job->message.link);
    self->queued_count++;
    job->queued = true;
    pthread_cond_signal(&self->work);
    return 0;
}

static int submit(hob_pool *self, struct job *job)
{
    if (!self)
        return -ENOMEM;
    pthread_mutex_lock(&self->lock);
    int err = enqueue(self, job);
    pthread_mutex_unlock(&self->lock);
    if (err == 0)
        inbox_expect(job->inbox);
    return err;
}

/* Takes a job out of the queue. Returns false if it is not in it any more. Locked. */
static bool dequeue(hob_pool *self, struct job *job)
{
    if (!job->queued)
        return false;
    list_remove(&job->message.link);
    self->queued_count--;
    job->queued = false;
    return true;
}

/* A function that is running cannot be stopped. The task waits for it; interrupt() may shorten
 * that. */
static void cancel_job(hob_future *future, int reason)
{
    struct job *self = (struct job *)future;
    pthread_mutex_lock(&self->pool->lock);
    bool dequeued = dequeue(self->pool, self);
    bool running = self->running;
    pthread_mutex_unlock(&self->pool->lock);
    if (dequeued) {
        inbox_forget(self->inbox);
        future_complete(future, reason);
    } else if (running && self->interrupt) {
        self->interrupt(self->arg);
        self->interrupt = NULL; /* once is enough */
    }
}

static void release_job(hob_future *future)
{
    struct job *self = (struct job *)future;
    self->release(self);
}

static void deliver_job(struct message *message)
{
    struct job *self = list_entry(message, struct job, message);
    future_complete(&self->future, self->result);
}

hob_future *job_start(struct job *self, hob_pool *pool, const char *call)
{
    static const struct future_kind job_kind = {.cancel = cancel_job, .release = release_job};
    struct task *task = task_current(call);
    future_init(&self->future, &job_kind, task);
    list_init(&self->message.link);
    self->message.deliver = deliver_job;
    struct threads *threads = threads_ensure(task);
    self->inbox = threads ? threads->inbox : NULL;
    self->pool = pool;
    int err = threads ? submit(pool, self) : -ENOMEM;
    if (err < 0)
        future_complete(&self->future, err);
    return &self->future;
}

static void free_job(struct job *self)
{
    free(self);
}

hob_future *hob_pool_run(hob_pool *pool, hob_fn *blocking, void *arg, void (*interrupt)(void *arg))
{
    struct job *self = calloc(1, sizeof(*self));
    if (!self)
        return NULL;
    self->fn = blocking;
    self->arg = arg;
    self->interrupt = interrupt;
    self->release = free_job;
    return job_start(self, pool, __func__);
}

/*
 * On any thread.
 */

hob_pool *hob_pool_new(size_t threads, size_t queue)
{
    hob_pool *self;
    if (threads == 0 || queue == 0 || threads > (SIZE_MAX - sizeof(*self)) / sizeof(pthread_t))
        return NULL;
    self = calloc(1, sizeof(*self) + threads * sizeof(self->threads[0]));
    if (!self)
        return NULL;
    self->thread_limit = threads;
    self->queue_limit = queue;
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->work, NULL);
    list_init(&self->queued);
    return self;
}

static void drop_queued(hob_pool *self)
{
    while (!list_empty(&self->queued)) {
        struct job *job = list_entry(self->queued.next, struct job, message.link);
        dequeue(self, job);
        job->result = -ECANCELED;
        inbox_put(job->inbox, &job->message);
    }
}

void hob_pool_free(hob_pool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->ending = true;
    drop_queued(pool);
    bool busy = pool->busy_count > 0;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    for (size_t i = 0; i < pool->thread_count; i++) {
        if (busy)
            pthread_detach(pool->threads[i]);
        else
            pthread_join(pool->threads[i], NULL);
    }
    if (busy)
        return;
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}
