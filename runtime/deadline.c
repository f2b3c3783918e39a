#include "deadline.h"

#include <math.h>
#include <time.h>

#include "loop.h"
#include "misuse.h"

double hob_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void on_alarm(struct ev_loop *ev, ev_timer *watcher, int events)
{
    (void)ev;
    (void)events;
    struct task *self = watcher->data;
    self->deadline.expired = true;
    task_wake(self);
}

void deadline_inherit(struct task *self, const struct task *maker)
{
    double when = maker && maker->shields == 0 ? maker->deadline.when : INFINITY;
    self->deadline = (struct deadline){.when = when, .last = when};
    ev_init(&self->alarm, on_alarm);
    self->alarm.data = self;
}

void deadline_arm(struct task *self)
{
    struct ev_loop *ev = self->future.loop->ev;
    if (isinf(self->deadline.when) || self->deadline.expired || ev_is_active(&self->alarm))
        return;
    double left = self->deadline.when - hob_now();
    ev_now_update(ev); /* libev counts from when the loop last woke */
    ev_timer_set(&self->alarm, left > 0 ? left : 0, 0.);
    ev_timer_start(ev, &self->alarm);
}

void deadline_disarm(struct task *self)
{
    /* Mostly it does not run, and to look is cheaper than to call. */
    if (ev_is_active(&self->alarm) || ev_is_pending(&self->alarm))
        ev_timer_stop(self->future.loop->ev, &self->alarm);
}

static double set_deadline(double when, const char *call)
{
    struct task *self = task_current(call);
    struct deadline *deadline = &self->deadline;
    double before = deadline->when;
    if (isnan(when))
        misuse(call, "the time is not a number");
    deadline_disarm(self);
    deadline->when = fmin(when, deadline->last);
    deadline->expired = deadline->when <= hob_now();
    return before;
}

struct deadline deadline_limit(struct task *self, double when)
{
    struct deadline *deadline = &self->deadline;
    struct deadline before = *deadline;
    if (isinf(when))
        return before;
    deadline_disarm(self);
    if (when < deadline->last)
        deadline->last = when;
    if (when < deadline->when)
        deadline->when = when;
    return before;
}

void deadline_unlimit(struct task *self, struct deadline before)
{
    struct deadline *deadline = &self->deadline;
    bool own = deadline->when < deadline->last;
    deadline->last = before.last;
    if (!own)
        deadline_restore(self, before);
}

void deadline_restore(struct task *self, struct deadline before)
{
    deadline_disarm(self);
    self->deadline = before;
}

double hob_deadline(double seconds)
{
    return set_deadline(hob_now() + seconds, __func__);
}

double hob_deadline_at(double when)
{
    return set_deadline(when, __func__);
}
