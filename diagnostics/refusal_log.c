#include "refusal_log.h"

#include <stdio.h>
#include <string.h>

#include "hob/log.h"

/* Seconds between two lines. */
#define LOG_PAUSE 10.

static void log_sum(struct refusal_log *self)
{
    if (self->count > 0)
        hob_log(HOB_LOG_WARN, "%s: %zu times more", self->why, self->count);
    self->count = 0;
}

static void on_log_pause_over(struct ev_loop *ev, ev_timer *watcher, int events)
{
    struct refusal_log *self = watcher->data;
    (void)events;
    if (self->count == 0)
        ev_timer_stop(ev, watcher);
    log_sum(self);
}

void refusal_log_init(struct refusal_log *self, struct ev_loop *ev)
{
    *self = (struct refusal_log){.ev = ev};
    ev_timer_init(&self->pause, on_log_pause_over, LOG_PAUSE, LOG_PAUSE);
    self->pause.data = self;
}

void refusal_log_add(struct refusal_log *self, const char *what, int err)
{
    snprintf(self->why, sizeof(self->why), "%s: %s", what, strerror(err));
    if (ev_is_active(&self->pause)) {
        self->count++;
        return;
    }
    hob_log(HOB_LOG_WARN, "%s", self->why);
    ev_timer_set(&self->pause, LOG_PAUSE, LOG_PAUSE);
    ev_timer_start(self->ev, &self->pause);
}

void refusal_log_end(struct refusal_log *self)
{
    ev_timer_stop(self->ev, &self->pause);
    log_sum(self);
}
