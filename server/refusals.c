#include "refusals.h"

#include <stdio.h>
#include <string.h>

#include "hob/log.h"

/* Seconds between two lines. */
#define PAUSE 10.

static void log_sum(struct refusals *self)
{
    if (self->count > 0)
        hob_log(HOB_LOG_WARN, "%s: %zu times more", self->why, self->count);
    self->count = 0;
}

static void on_pause_over(struct ev_loop *ev, ev_timer *watcher, int events)
{
    struct refusals *self = watcher->data;
    (void)events;
    if (self->count == 0)
        ev_timer_stop(ev, watcher);
    log_sum(self);
}

void refusals_init(struct refusals *self, struct ev_loop *ev)
{
    *self = (struct refusals){.ev = ev};
    ev_timer_init(&self->pause, on_pause_over, PAUSE, PAUSE);
    self->pause.data = self;
}

void refusals_note(struct refusals *self, const char *what, int err)
{
    snprintf(self->why, sizeof(self->why), "%s: %s", what, strerror(err));
    if (ev_is_active(&self->pause)) {
        self->count++;
        return;
    }
    hob_log(HOB_LOG_WARN, "%s", self->why);
    ev_timer_set(&self->pause, PAUSE, PAUSE);
    ev_timer_start(self->ev, &self->pause);
}

void refusals_end(struct refusals *self)
{
    ev_timer_stop(self->ev, &self->pause);
    log_sum(self);
}
