/*
 * Functions that the loop calls while no coroutine runs.
 */
#ifndef HOB_TESTS_SUPPORT_CALL_BACK_H
#define HOB_TESTS_SUPPORT_CALL_BACK_H

#include <ev.h>

#include "runtime/loop.h"

struct call_back {
    ev_timer watcher;
    void (*fn)(void *arg);
    void *arg;
};

static inline void run_call_back(struct ev_loop *ev, ev_timer *watcher, int events)
{
    const struct call_back *self = watcher->data;
    self->fn(self->arg);
}

/* Has the loop of this thread call the function once, so many seconds from now. */
static inline void
call_back_after(struct call_back *self, double seconds, void (*fn)(void *arg), void *arg)
{
    self->fn = fn;
    self->arg = arg;
    ev_timer_init(&self->watcher, run_call_back, seconds, 0.);
    self->watcher.data = self;
    ev_timer_start(loop_current()->ev, &self->watcher);
}

#endif
