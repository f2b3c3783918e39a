#include "descriptor.h"

#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "background.h"
#include "base/reserve.h"
#include "future.h"
#include "hob/runtime.h"
#include "hob/virtual_time.h"
#include "loop.h"
#include "task.h"

/* Waits for a descriptor to become readable or writable. */
struct readiness {
    hob_future future;
    struct ev_loop *ev;
    ev_io watcher;
    struct turn_end begin; /* in the turn in which the wait begins, or begins again */
    struct list link;      /* in the loop's descriptor_waits, once it has begun */
    struct list peers;     /* a ring of those that libev watches the same descriptor for */
    struct stat identity;  /* of the file, since the first audit */
    bool identified;
};

/*
 * libev tells the kernel again what to watch a descriptor for when it has stopped one of several
 * watchers of it. So those that are left begin again: the descriptor may be closed by then.
 */
static void peers_begin_again(struct readiness *self)
{
    struct loop *loop = ev_userdata(self->ev);
    for (struct list *peer = self->peers.next; peer != &self->peers; peer = peer->next) {
        struct readiness *wait = list_entry(peer, struct readiness, peers);
        descriptor_waits_at_end(&loop->descriptors, &wait->begin);
    }
    list_remove(&self->peers);
}

static void readiness_end(struct readiness *self, int result)
{
    list_remove(&self->begin.link);
    list_remove(&self->link);
    peers_begin_again(self);
    ev_io_stop(self->ev, &self->watcher);
    future_complete(&self->future, result);
}

static void on_ready(struct ev_loop *ev, ev_io *watcher, int events)
{
    (void)ev;
    readiness_end(watcher->data, events & EV_ERROR ? -ENOMEM : 0); /* epoll_ctl(2) */
}

static void cancel_readiness(hob_future *future, int reason)
{
    readiness_end((struct readiness *)future, reason);
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

bool descriptor_can_be_watched(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && !(flags & O_PATH);
}

/*
 * epoll does not report that an awaited descriptor was closed, and its number may soon be that of
 * another file. So an audit checks all awaited descriptors from time to time.
 */
#define AUDIT_INTERVAL 1.0

static bool was_closed(struct readiness *self)
{
    struct stat now;
    if (fstat(self->watcher.fd, &now) < 0)
        return true;
    bool replaced = self->identified &&
                    (now.st_ino != self->identity.st_ino || now.st_dev != self->identity.st_dev);
    self->identity = now;
    self->identified = true;
    return replaced;
}

static void on_audit(struct ev_loop *ev, ev_timer *timer, int events)
{
    struct loop *loop = ev_userdata(ev);
    struct descriptor_waits *self = &loop->descriptors;
    (void)events;
    struct list mark; /* behind those that were not looked at; the end of one may move others */
    list_init(&mark);
    list_append(&self->watched, &mark);
    while (self->watched.next != &mark) {
        struct readiness *wait = list_entry(self->watched.next, struct readiness, link);
        list_remove(&wait->link);
        list_append(&self->watched, &wait->link);
        if (was_closed(wait))
            readiness_end(wait, -EBADF);
    }
    list_remove(&mark);
    self->audit_sleeps = !list_empty(&self->watched) && self->resumed == loop->stall.resumed;
    if (self->audit_sleeps || list_empty(&self->watched))
        background_stop(ev, timer);
    self->resumed = loop->stall.resumed;
}

void descriptor_waits_init(struct descriptor_waits *self)
{
    *self = (struct descriptor_waits){0};
    list_init(&self->turn_ends);
    list_init(&self->watched);
    list_init(&self->free_watch_waits);
    ev_init(&self->audit, on_audit);
}

void descriptor_waits_free(struct descriptor_waits *self)
{
    future_free_kept(&self->free_watch_waits);
}

void descriptor_waits_wake_audit(struct loop *loop)
{
    loop->descriptors.audit_sleeps = false;
    background_start(loop->ev, &loop->descriptors.audit, AUDIT_INTERVAL);
}

/* libev puts a watcher before the others of its descriptor. */
static void start_watcher(struct readiness *self)
{
    ev_io_start(self->ev, &self->watcher);
    ev_io *other = (ev_io *)(void *)self->watcher.next;
    if (other && ev_cb(other) == on_ready)
        list_append(&((struct readiness *)other->data)->peers, &self->peers);
}

static void begin_readiness(struct turn_end *end)
{
    struct readiness *self = list_entry(end, struct readiness, begin);
    struct loop *loop = ev_userdata(self->ev);
    if (!descriptor_can_be_watched(self->watcher.fd)) {
        readiness_end(self, -EBADF);
        return;
    }
    list_remove(&self->link);
    list_append(&loop->descriptors.watched, &self->link);
    if (!ev_is_active(&self->watcher)) /* or it begins again */
        start_watcher(self);
    if (!ev_is_active(&loop->descriptors.audit))
        descriptor_waits_wake_audit(loop);
}

void descriptor_waits_end_turn(struct descriptor_waits *self)
{
    while (!list_empty(&self->turn_ends)) {
        struct turn_end *end = list_entry(self->turn_ends.next, struct turn_end, link);
        list_remove(&end->link);
        end->fn(end);
    }
}

static void readiness_start(struct readiness *self, struct loop *loop, int fd, int events)
{
    self->ev = loop->ev;
    self->identified = false;
    self->begin.fn = begin_readiness;
    list_init(&self->begin.link);
    list_init(&self->link);
    list_init(&self->peers);
    ev_io_init(&self->watcher, on_ready, fd, events);
    self->watcher.data = self;
    descriptor_waits_at_end(&loop->descriptors, &self->begin);
}

bool hob_descriptors_awaited(void)
{
    const struct loop *loop = loop_current();
    return loop && (!list_empty(&loop->descriptors.watched) || loop->descriptors.watch_waits > 0);
}

hob_future *descriptor_wait(int fd, int events)
{
    struct task *task = task_current(events == EV_WRITE ? "hob_writable" : "hob_readable");
    struct readiness *self = reserve_is_whole() ? malloc(sizeof(*self)) : NULL;
    if (!self)
        return NULL;
    future_init(&self->future, &on_heap, task);
    readiness_start(self, task->future.loop, fd, events);
    return &self->future;
}

hob_future *hob_readable(int fd)
{
    return descriptor_wait(fd, EV_READ);
}

hob_future *hob_writable(int fd)
{
    return descriptor_wait(fd, EV_WRITE);
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
