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
    self->expired = true;
    task_wake(self);
}

void deadline_inherit(struct task *self, const struct task *maker)
{
    self->deadline = maker && maker->shields == 0 ? maker->deadline : INFINITY;
    self->last_deadline = self->deadline;
    ev_init(&self->alarm, on_alarm);
    self->alarm.data = self;
}

void deadline_arm(struct task *self)
{
    struct ev_loop *ev = self->future.loop->ev;
    if (isinf(self->deadline) || self->expired || ev_is_active(&self->alarm))
        return;
    double left = self->deadline - hob_now();
    ev_now_update(ev); /* libev counts from when the loop last woke */
    ev_timer_set(&self->alarm, left > 0 ? left : 0, 0.);
    ev_timer_start(ev, &self->alarm);
}

void deadline_disarm(struct task *self)
{
    ev_timer_stop(self->future.loop->ev, &self->alarm);
}

static double set_deadline(double when, const char *call)
{
    struct task *self = task_current(call);
    double before = self->deadline;
    if (isnan(when))
        misuse(call, "the time is not a number");
    deadline_disarm(self);
    self->deadline = when < self->last_deadline ? when : self->last_deadline;
    self->expired = self->deadline <= hob_now();
    return before;
}

double hob_deadline(double seconds)
{
    return set_deadline(hob_now() + seconds, __func__);
}

double hob_deadline_at(double when)
{
    return set_deadline(when, __func__);
}
