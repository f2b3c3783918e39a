#include "descriptor.h"

#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "future.h"
#include "hob/runtime.h"
#include "loop.h"
#include "reserve.h"
#include "task.h"

/* Waits for a descriptor to become readable or writable. */
struct readiness {
    hob_future future;
    struct ev_loop *ev;
    ev_io watcher;
    struct list link; /* in loop->new_waits, until libev is asked to watch the descriptor */
};

static void on_ready(struct ev_loop *ev, ev_io *watcher, int events)
{
    ev_io_stop(ev, watcher);
    future_complete(watcher->data, events & EV_ERROR ? -ENOMEM : 0); /* epoll_ctl(2) */
}

static void cancel_readiness(hob_future *future, int reason)
{
    struct readiness *self = (struct readiness *)future;
    list_remove(&self->link);
    ev_io_stop(self->ev, &self->watcher);
    future_complete(future, reason);
}

static void release_readiness(hob_future *future)
{
    free((struct readiness *)future);
}

static const struct future_kind on_heap = {
    .cancel = cancel_readiness,
    .release = release_readiness,
};
static const struct future_kind on_stack = {.cancel = cancel_readiness};

static void readiness_start(struct readiness *self, struct loop *loop, int fd, int events)
{
    self->ev = loop->ev;
    ev_io_init(&self->watcher, on_ready, fd, events);
    self->watcher.data = &self->future;
    list_append(&loop->new_waits, &self->link);
}

/* epoll takes neither what is not open nor what is only a path. */
static bool can_be_watched(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && !(flags & O_PATH);
}

void descriptors_begin_waits(struct list *new_waits)
{
    while (!list_empty(new_waits)) {
        struct readiness *self = list_entry(new_waits->next, struct readiness, link);
        list_remove(&self->link);
        if (can_be_watched(self->watcher.fd))
            ev_io_start(self->ev, &self->watcher);
        else
            future_complete(&self->future, -EBADF);
    }
}

static hob_future *readiness_new(const char *call, int fd, int events)
{
    struct task *task = task_current(call);
    struct readiness *self = reserve_is_whole() ? malloc(sizeof(*self)) : NULL;
    if (!self)
        return NULL;
    future_init(&self->future, &on_heap, task);
    readiness_start(self, task->future.loop, fd, events);
    return &self->future;
}

hob_future *hob_readable(int fd)
{
    return readiness_new(__func__, fd, EV_READ);
}

hob_future *hob_writable(int fd)
{
    return readiness_new(__func__, fd, EV_WRITE);
}

static int wait_until_ready(const char *call, int fd, int events)
{
    struct readiness self;
    struct task *task = task_current(call);
    future_init(&self.future, &on_stack, NULL);
    readiness_start(&self, task->future.loop, fd, events);
    return future_await(&self.future, call);
}

static bool would_block(int err)
{
    return err == EAGAIN || err == EWOULDBLOCK || err == EINTR;
}

int hob_read(int fd, void *data, size_t size)
{
    struct task *task = task_current(__func__);
    task_yield_sometimes(task);
    int reason = task_interrupted(task);
    size = size < INT_MAX ? size : INT_MAX;
    while (reason == 0) {
        ssize_t length = read(fd, data, size);
        if (length >= 0)
            return (int)length;
        if (!would_block(errno))
            return -errno;
        reason = wait_until_ready(__func__, fd, EV_READ);
    }
    return reason;
}

int hob_write(int fd, const void *data, size_t size)
{
    struct task *task = task_current(__func__);
    task_yield_sometimes(task);
    int reason = task_interrupted(task);
    const char *next = data;
    while (reason == 0 && size > 0) {
        ssize_t length = write(fd, next, size);
        if (length >= 0) {
            next += length;
            size -= (size_t)length;
        } else if (would_block(errno)) {
            reason = wait_until_ready(__func__, fd, EV_WRITE);
        } else {
            return -errno;
        }
    }
    return reason;
}
