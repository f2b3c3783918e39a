/*
 * Futures that are ready when a descriptor can be read from or written to, and the audit that ends
 * them when the descriptor was closed.
 */
#include "descriptors.h"

#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/would_block.h"
#include "hob/runtime.h"
#include "hob/virtual_time.h"
#include "memory/reserve.h"
#include "runtime/future.h"
#include "runtime/task.h"

/* Waits for a descriptor to become readable or writable. */
struct readiness {
    hob_future future;
    struct descriptors *descriptors;
    ev_io watcher;
    struct turn_end begin; /* starts the watcher at the end of the turn */
    struct list link;     /* in `awaited` of the loop's descriptors, when the watcher was started */
    struct list peers;    /* a ring of the waits for the same descriptor */
    struct stat identity; /* of the file, since the first audit */
    bool identified;
};

/*
 * When one of several watchers of a descriptor stops, libev registers the descriptor again for the
 * others. So these start again as well, with a check that the descriptor is still open.
 */
static void restart_peers(struct readiness *self)
{
    struct loop *loop = self->descriptors->loop;
    for (struct list *peer = self->peers.next; peer != &self->peers; peer = peer->next) {
        struct readiness *wait = list_entry(peer, struct readiness, peers);
        loop_at_turn_end(loop, &wait->begin);
    }
    list_remove(&self->peers);
}

static void readiness_end(struct readiness *self, int result)
{
    list_remove(&self->begin.link);
    list_remove(&self->link);
    restart_peers(self);
    ev_io_stop(self->descriptors->loop->ev, &self->watcher);
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

static void start_audit(struct descriptors *self)
{
    background_start(self->loop->ev, &self->audit, AUDIT_INTERVAL);
}

/* Called in each turn: when coroutines have run, one of them may have closed a descriptor. */
static void wake_audit(void *arg)
{
    struct descriptors *self = arg;
    if (self->loop->stall.resumed == self->resumed)
        return;
    loop_remove_hook(&self->wake);
    start_audit(self);
}

static void on_audit(struct ev_loop *ev, ev_timer *timer, int events)
{
    struct descriptors *self = timer->data;
    (void)events;
    struct list mark; /* the end of this pass: the end of one wait may move others */
    list_init(&mark);
    list_append(&self->awaited, &mark);
    while (self->awaited.next != &mark) {
        struct readiness *wait = list_entry(self->awaited.next, struct readiness, link);
        list_remove(&wait->link);
        list_append(&self->awaited, &wait->link);
        if (was_closed(wait))
            readiness_end(wait, -EBADF);
    }
    list_remove(&mark);
    bool slept = self->resumed == self->loop->stall.resumed;
    self->resumed = self->loop->stall.resumed;
    if (slept || list_empty(&self->awaited))
        background_stop(ev, timer);
    if (slept && !list_empty(&self->awaited))
        loop_add_hook(self->loop, &self->wake);
}

static void free_descriptors(void *arg)
{
    struct descriptors *self = arg;
    watches_detach(&self->watches);
    future_free_kept(&self->free_waits);
}

static struct descriptors *make_descriptors(struct loop *loop)
{
    struct descriptors *self = arena_alloc(&loop->parts, sizeof(*self));
    if (!self)
        return NULL;
    *self = (struct descriptors){.loop = loop, .wake = {.run = wake_audit, .arg = self}};
    list_init(&self->awaited);
    list_init(&self->watches);
    list_init(&self->free_waits);
    list_init(&self->wake.link);
    ev_init(&self->audit, on_audit);
    self->audit.data = self;
    return arena_defer(&loop->parts, free_descriptors, self) == 0 ? self : NULL;
}

struct descriptors *descriptors_ensure(const struct task *task)
{
    struct loop *loop = task->future.loop;
    if (!loop->descriptors)
        loop->descriptors = make_descriptors(loop);
    return loop->descriptors;
}

/* libev puts a watcher before the others of its descriptor. */
static void start_watcher(struct readiness *self)
{
    ev_io_start(self->descriptors->loop->ev, &self->watcher);
    ev_io *other = (ev_io *)(void *)self->watcher.next;
    if (other && ev_cb(other) == on_ready)
        list_append(&((struct readiness *)other->data)->peers, &self->peers);
}

static void begin_readiness(struct turn_end *end)
{
    struct readiness *self = list_entry(end, struct readiness, begin);
    struct descriptors *descriptors = self->descriptors;
    if (!descriptor_can_be_watched(self->watcher.fd)) {
        readiness_end(self, -EBADF);
        return;
    }
    list_remove(&self->link);
    list_append(&descriptors->awaited, &self->link);
    if (!ev_is_active(&self->watcher)) /* or it begins again */
        start_watcher(self);
    if (list_empty(&descriptors->wake.link))
        start_audit(descriptors);
}

static void
readiness_start(struct readiness *self, struct descriptors *descriptors, int fd, int events)
{
    self->descriptors = descriptors;
    self->identified = false;
    self->begin.run = begin_readiness;
    list_init(&self->begin.link);
    list_init(&self->link);
    list_init(&self->peers);
    ev_io_init(&self->watcher, on_ready, fd, events);
    self->watcher.data = self;
    loop_at_turn_end(descriptors->loop, &self->begin);
}

bool hob_descriptors_awaited(void)
{
    const struct loop *loop = loop_current();
    const struct descriptors *self = loop ? loop->descriptors : NULL;
    return self && (!list_empty(&self->awaited) || self->watch_waits > 0);
}

hob_future *descriptor_wait(int fd, int events)
{
    struct task *task = task_current(events == EV_WRITE ? "hob_writable" : "hob_readable");
    struct descriptors *descriptors = descriptors_ensure(task);
    struct readiness *self = descriptors && reserve_refill() ? malloc(sizeof(*self)) : NULL;
    if (!self)
        return NULL;
    future_init(&self->future, &on_heap, task);
    readiness_start(self, descriptors, fd, events);
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
    struct descriptors *descriptors = descriptors_ensure(task_current(call));
    if (!descriptors)
        return -ENOMEM;
    future_init(&self.future, &on_stack, NULL);
    readiness_start(&self, descriptors, fd, events);
    return future_await(&self.future, call);
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
