/* The threads of a loop: one pool for the functions of hob_offload(), and one for files. */
#include <errno.h>
#include <stdlib.h>

#include "hob/runtime.h"
#include "hob/virtual_time.h"
#include "pool.h"
#include "runtime/loop.h"
#include "runtime/task.h"

#define THREAD_LIMIT 4
#define QUEUE_LIMIT  1024

/* Threads whose job has not ended continue until it ends. */
static void end_threads(void *arg)
{
    struct threads *self = arg;
    hob_pool_free(self->functions);
    hob_pool_free(self->files);
    inbox_close(self->inbox);
}

static struct threads *make_threads(struct loop *loop)
{
    struct threads *self = arena_alloc(&loop->parts, sizeof(*self));
    struct inbox *inbox = self ? inbox_new(loop->ev) : NULL;
    if (!inbox)
        return NULL;
    *self =
        (struct threads){.inbox = inbox, .thread_limit = THREAD_LIMIT, .queue_limit = QUEUE_LIMIT};
    return arena_defer(&loop->parts, end_threads, self) == 0 ? self : NULL;
}

struct threads *threads_ensure(const struct task *task)
{
    struct loop *loop = task->future.loop;
    if (!loop->threads)
        loop->threads = make_threads(loop);
    return loop->threads;
}

hob_future *hob_offload(hob_fn *blocking, void *arg)
{
    struct threads *self = threads_ensure(task_current(__func__));
    if (!self)
        return NULL;
    if (!self->functions)
        self->functions = hob_pool_new(self->thread_limit, self->queue_limit);
    return hob_pool_run(self->functions, blocking, arg, NULL);
}

hob_pool *hob_file_pool(void)
{
    struct threads *self = threads_ensure(task_current(__func__));
    if (self && !self->files)
        self->files = hob_pool_new(THREAD_LIMIT, QUEUE_LIMIT);
    return self ? self->files : NULL;
}

int hob_offload_limits(size_t threads, size_t queue)
{
    struct task *task = task_current(__func__);
    if (threads == 0 || queue == 0)
        return -EINVAL;
    struct threads *self = threads_ensure(task);
    if (!self)
        return -ENOMEM;
    if (self->functions)
        return -EBUSY;
    self->thread_limit = threads;
    self->queue_limit = queue;
    return 0;
}

size_t hob_offload_unfinished(void)
{
    const struct loop *loop = loop_current();
    return loop && loop->threads ? loop->threads->inbox->unfinished : 0;
}
