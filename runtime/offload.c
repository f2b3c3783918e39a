#include "offload.h"

#include <errno.h>
#include <stdlib.h>

#include "hob/runtime.h"
#include "hob/testing.h"
#include "loop.h"
#include "task.h"

#define THREAD_LIMIT 4
#define QUEUE_LIMIT  1024

static struct offload *offload_here(const char *call)
{
    return &task_current(call)->future.loop->offload;
}

void offload_end(struct offload *self)
{
    hob_pool_free(self->functions);
    hob_pool_free(self->files);
}

hob_future *hob_offload(hob_fn *blocking, void *arg)
{
    struct offload *self = offload_here(__func__);
    if (!self->functions)
        self->functions = self->thread_limit ? hob_pool_new(self->thread_limit, self->queue_limit)
                                             : hob_pool_new(THREAD_LIMIT, QUEUE_LIMIT);
    return hob_pool_run(self->functions, blocking, arg, NULL);
}

hob_pool *offload_files(const char *call)
{
    struct offload *self = offload_here(call);
    if (!self->files)
        self->files = hob_pool_new(THREAD_LIMIT, QUEUE_LIMIT);
    return self->files;
}

hob_pool *hob_file_pool(void)
{
    return offload_files(__func__);
}

int hob_offload_limits(size_t threads, size_t queue)
{
    struct offload *self = offload_here(__func__);
    if (threads == 0 || queue == 0)
        return -EINVAL;
    if (self->functions)
        return -EBUSY;
    self->thread_limit = threads;
    self->queue_limit = queue;
    return 0;
}

size_t hob_offload_unfinished(void)
{
    const struct loop *loop = loop_current();
    return loop ? loop->inbox->unfinished : 0;
}
