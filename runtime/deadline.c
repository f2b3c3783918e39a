#include "deadline.h"

#include <math.h>
#include <time.h>

#include "loop.h"

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
    if (self->role)
        self->role->expired(self->arg);
    task_wake(self);
}

void deadline_inherit(struct task *self, const struct task *maker)
{
    double when = maker ? maker->deadline.when : INFINITY;
    self->deadline = (struct deadline){.when = when, .latest = when};
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
    /* The timer seldom runs, and this check is cheaper than the call. */
    if (ev_is_active(&self->alarm) || ev_is_pending(&self->alarm))
        ev_timer_stop(self->future.loop->ev, &self->alarm);
}

/* Returns the time that was set before. */
static double set_deadline(struct task *self, double when)
{
    struct deadline *deadline = &self->deadline;
    double before = deadline->when;
    deadline_disarm(self);
    deadline->when = fmin(when, deadline->latest);
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
    if (when < deadline->latest)
        deadline->latest = when;
    if (when < deadline->when)
        deadline->when = when;
    return before;
}

/* If the task has set an earlier deadline, only the limit is removed; else both are restored. */
void deadline_unlimit(struct task *self, struct deadline before)
{
    /* The limit was set before any hob_shield(), which holds it back now. */
    struct deadline *deadline = self->shields > 0 ? self->shielded : &self->deadline;
    deadline_disarm(self);
    self->removed_limit = deadline->latest;
    if (deadline->when < deadline->latest)
        deadline->latest = before.when;
    else
        *deadline = before;
}

void deadline_restore(struct task *self, struct deadline before)
{
    deadline_disarm(self);
    self->deadline = before;
}

double hob_deadline(double seconds)
{
    struct task *self = task_current(__func__);
    return set_deadline(
        self, fmin(hob_now() + seconds, self->deadline.when)); /* fmin() ignores NaN */
}

double hob_deadline_at(double when)
{
    struct task *self = task_current(__func__);
    if (when > 0 && when == self->removed_limit)
        when = INFINITY; /* hob_deadline() has returned a limit that is removed by now: there was no
                            deadline */
    return set_deadline(self, isnan(when) ? self->deadline.when : when);
}

static int shield_until(struct task *self, double when, hob_fn *fn, void *arg)
{
    struct deadline outer = self->deadline;
    deadline_disarm(self);
    self->deadline = (struct deadline){.when = INFINITY, .latest = INFINITY};
    set_deadline(self, when);
    if (self->shields++ == 0)
        self->shielded = &outer;
    int result = fn(arg);
    self->shields--;
    deadline_restore(self, outer);
    self->deadline.expired = outer.when <= hob_now();
    return result;
}

int hob_shield(hob_fn *fn, void *arg)
{
    return shield_until(task_current(__func__), INFINITY, fn, arg);
}

int hob_shield_for(double seconds, hob_fn *fn, void *arg)
{
    return shield_until(task_current(__func__), hob_now() + seconds, fn, arg);
}
