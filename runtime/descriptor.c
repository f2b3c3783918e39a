#include "hob/runtime.h"

#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "future.h"
#include "loop.h"
#include "task.h"

/* Waits for a descriptor to become readable or writable. */
struct readiness {
    hob_future future;
    struct ev_loop *ev;
    ev_io watcher;
};

static void on_ready(struct ev_loop *ev, ev_io *watcher, int events)
{
    (void)events;
    ev_io_stop(ev, watcher);
    future_complete(watcher->data, 0);
}

static void cancel_readiness(hob_future *future, int reason)
{
    struct readiness *self = (struct readiness *)future;
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

static void readiness_start(struct readiness *self, struct ev_loop *ev, int fd, int events)
{
    self->ev = ev;
    ev_io_init(&self->watcher, on_ready, fd, events);
    self->watcher.data = &self->future;
    if (fcntl(fd, F_GETFD) < 0) /* libev takes no descriptor that is not open */
        future_complete(&self->future, -EBADF);
    else
        ev_io_start(ev, &self->watcher);
}

static hob_future *readiness_new(const char *call, int fd, int events)
{
    struct task *task = task_current(call);
    struct readiness *self = malloc(sizeof(*self));
    if (!self)
        return NULL;
    future_init(&self->future, &on_heap, task);
    readiness_start(self, task_ev_loop(task), fd, events);
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
    readiness_start(&self, task_ev_loop(task), fd, events);
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
