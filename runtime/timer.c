#include <errno.h>
#include <ev.h>
#include <math.h>

#include "hob/runtime.h"
#include "loop.h"
#include "task.h"

struct timer {
    hob_future future;
    struct ev_loop *ev;
    ev_timer watcher;
    bool endless; /* only a cancellation ends it; libev has no timer for it */
};

/* Seconds, some thirty years. */
#define ENDLESS 1e9

static void on_time(struct ev_loop *ev, ev_timer *watcher, int events)
{
    (void)ev;
    (void)events;
    future_complete(watcher->data, 0);
}

static void cancel_timer(hob_future *future, int reason)
{
    struct timer *self = (struct timer *)future;
    if (self->endless)
        ev_unref(self->ev);
    else
        ev_timer_stop(self->ev, &self->watcher);
    future_complete(future, reason);
}

/* Kept for the next timer: a server may make one for each request. */
static void release_timer(hob_future *future)
{
    list_append(&future->loop->free_timers, &future->sibling);
}

static const struct future_kind pooled = {.cancel = cancel_timer, .release = release_timer};
static const struct future_kind on_stack = {.cancel = cancel_timer};

static void timer_start(struct timer *self, struct ev_loop *ev, double seconds)
{
    self->ev = ev;
    self->endless = seconds > ENDLESS;
    ev_timer_init(&self->watcher, on_time, seconds > 0 ? seconds : 0, 0.);
    self->watcher.data = &self->future;
    if (isnan(seconds)) {
        future_complete(&self->future, -EINVAL);
    } else if (self->endless) {
        ev_ref(ev);
    } else {
        /* libev counts from the time at which the loop last woke, long ago in a long turn. */
        ev_now_update(ev);
        ev_timer_start(ev, &self->watcher);
    }
}

hob_future *hob_timer(double seconds)
{
    struct task *task = task_current(__func__);
    struct list *kept = &task->future.loop->free_timers;
    struct timer *self = (struct timer *)future_take(kept, sizeof(*self));
    if (!self)
        return NULL;
    future_init(&self->future, &pooled, task);
    timer_start(self, task_ev_loop(task), seconds);
    return &self->future;
}

int hob_sleep(double seconds)
{
    struct timer self;
    struct task *task = task_current(__func__);
    future_init(&self.future, &on_stack, NULL);
    timer_start(&self, task_ev_loop(task), seconds);
    if (task->lane.id && !task->lane.step)
        hob_trace_step(__func__, seconds);
    return future_await(&self.future, __func__);
}
