/*
 * Descriptors that stay registered with epoll from one wait to the next. See hob_watch_new().
 *
 * epoll reports a ready descriptor again and again, so it has to be removed while no coroutine
 * waits for it. Most connections wait to read: EV_READ stays registered until there is input that
 * no coroutine waits for. EV_WRITE is removed after each wait, since a descriptor is nearly always
 * writable. Changes are passed to libev at the end of a turn, so a coroutine that waits again in
 * the turn in which it was woken causes none.
 */
#include <assert.h>
#include <errno.h>
#include <ev.h>
#include <stdlib.h>
#include <unistd.h>

#include "descriptors.h"
#include "diagnostics/misuse.h"
#include "hob/runtime.h"
#include "memory/reserve.h"
#include "runtime/future.h"
#include "runtime/task.h"

struct hob_watch {
    struct loop *loop;      /* in which coroutines wait for it; NULL before the first wait */
    struct list link;       /* in the watches of its descriptors */
    ev_io watcher;          /* while it is active, its events are registered */
    int interest;           /* EV_READ and EV_WRITE: what is to be registered */
    struct turn_end change; /* of the registration, in a turn in which the two may differ */
    struct list readers;    /* waits */
    struct list writers;
};

struct watch_wait {
    hob_future future;
    struct list link; /* in the watch's readers or writers */
};

static void end_wait(hob_future *future, int result)
{
    struct watch_wait *self = (struct watch_wait *)future;
    list_remove(&self->link);
    future->loop->descriptors->watch_waits--;
    ev_unref(future->loop->ev);
    future_complete(future, result);
}

/* Kept for the next one. */
static void release_wait(hob_future *future)
{
    list_append(&future->loop->descriptors->free_waits, &future->sibling);
}

/* Completes the waits. Returns whether there were any. */
static bool end_waits(struct list *waits, int result)
{
    bool any = !list_empty(waits);
    while (!list_empty(waits))
        end_wait(&list_entry(waits->next, struct watch_wait, link)->future, result);
    return any;
}

static void end_all_waits(hob_watch *self, int result)
{
    end_waits(&self->readers, result);
    end_waits(&self->writers, result);
}

static void set_interest(hob_watch *self, int interest)
{
    self->interest = interest;
    loop_at_turn_end(self->loop, &self->change);
}

static void on_event(struct ev_loop *ev, ev_io *watcher, int events)
{
    hob_watch *self = watcher->data;
    int ended = 0;
    if (events & EV_ERROR) { /* the kernel has refused it, and libev has stopped the watcher */
        ev_ref(ev);
        ev_io_set(watcher, watcher->fd, 0); /* or it would take the events as registered */
        self->interest = 0;
        end_all_waits(self, -ENOMEM);
        return;
    }
    if (events & EV_READ && !end_waits(&self->readers, 0))
        ended |= EV_READ;
    if (events & EV_WRITE) {
        end_waits(&self->writers, 0);
        ended |= EV_WRITE;
    }
    if (ended)
        set_interest(self, self->interest & ~ended);
}

/* A wait keeps the loop running; an active watcher alone does not. */
static void start_watcher(hob_watch *self)
{
    ev_io_modify(&self->watcher, self->interest);
    ev_io_start(self->loop->ev, &self->watcher);
    ev_unref(self->loop->ev);
}

static void stop_watcher(hob_watch *self)
{
    if (!ev_is_active(&self->watcher))
        return;
    ev_ref(self->loop->ev);
    ev_io_stop(self->loop->ev, &self->watcher);
}

static void change_registration(struct turn_end *change)
{
    hob_watch *self = list_entry(change, hob_watch, change);
    int registered = ev_is_active(&self->watcher) ? self->watcher.events : 0;
    if (self->interest == registered)
        return;
    stop_watcher(self);
    if (self->interest == 0)
        return;
    if (descriptor_can_be_watched(self->watcher.fd)) {
        start_watcher(self);
    } else {
        self->interest = 0;
        end_all_waits(self, -EBADF);
    }
}

hob_watch *hob_watch_new(int fd)
{
    hob_watch *self = malloc(sizeof(*self));
    if (!self)
        return NULL;
    *self = (hob_watch){.change.run = change_registration};
    list_init(&self->link);
    ev_io_init(&self->watcher, on_event, fd, 0);
    self->watcher.data = self;
    list_init(&self->change.link);
    list_init(&self->readers);
    list_init(&self->writers);
    return self;
}

/* When its loop ends. No coroutine waits for it any more; another loop may use it. */
static void detach(hob_watch *self)
{
    assert(self->loop);
    list_remove(&self->link);
    list_remove(&self->change.link);
    stop_watcher(self);
    self->interest = 0;
    self->loop = NULL;
}

void watches_detach(struct list *watches)
{
    while (!list_empty(watches))
        detach(list_entry(watches->next, hob_watch, link));
}

static void attach(hob_watch *self, struct descriptors *descriptors)
{
    self->loop = descriptors->loop;
    list_append(&descriptors->watches, &self->link);
}

static hob_future *wait_new(hob_watch *self, int event, struct list *waits, const char *call)
{
    static const struct future_kind kind = {.cancel = end_wait, .release = release_wait};
    struct task *task = task_current(call);
    struct loop *loop = task->future.loop;
    if (self->loop && self->loop != loop)
        misuse(call, "the watch belongs to the loop of another thread");
    struct descriptors *descriptors = descriptors_ensure(task);
    bool ready = descriptors && (self->loop || reserve_refill()); /* libev needs memory for it */
    struct list *kept = ready ? &descriptors->free_waits : NULL;
    struct watch_wait *wait = kept ? (struct watch_wait *)future_take(kept, sizeof(*wait)) : NULL;
    if (!wait)
        return NULL;
    if (!self->loop)
        attach(self, descriptors);
    future_init(&wait->future, &kind, task);
    list_append(waits, &wait->link);
    descriptors->watch_waits++;
    ev_ref(loop->ev);
    if (!(self->interest & event))
        set_interest(self, self->interest | event);
    return &wait->future;
}

hob_future *hob_watch_readable(hob_watch *watch)
{
    return wait_new(watch, EV_READ, &watch->readers, __func__);
}

hob_future *hob_watch_writable(hob_watch *watch)
{
    return wait_new(watch, EV_WRITE, &watch->writers, __func__);
}

void hob_watch_free(hob_watch *watch)
{
    if (!watch)
        return;
    if (watch->loop && watch->loop != loop_current())
        misuse(__func__, "the watch belongs to the loop of another thread");
    end_all_waits(watch, -EBADF);
    if (watch->loop)
        detach(watch);
    free(watch);
}

void hob_watch_close(hob_watch *watch)
{
    if (!watch)
        return;
    int fd = watch->watcher.fd;
    hob_watch_free(watch);
    close(fd);
}
