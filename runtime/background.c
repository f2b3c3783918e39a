#include "loop.h"

#include <math.h>

#include "hob/virtual_time.h"

void background_start(struct ev_loop *ev, ev_timer *timer, double seconds)
{
    struct loop *loop = ev_userdata(ev);
    if (ev_is_active(timer))
        return;
    ev_now_update(ev); /* libev would count from the time at which the loop last woke */
    ev_timer_set(timer, seconds, seconds);
    ev_timer_start(ev, timer);
    ev_unref(ev);
    loop->background_count++;
}

void background_stop(struct ev_loop *ev, ev_timer *timer)
{
    struct loop *loop = ev_userdata(ev);
    if (!ev_is_active(timer))
        return;
    loop->background_count--;
    ev_ref(ev);
    ev_timer_stop(ev, timer);
}

static void ignore(struct ev_loop *ev, ev_timer *timer, int events)
{
    (void)ev;
    (void)timer;
    (void)events;
}

/*
 * libev does not report how many timers there are. But ev_is_active() returns the index of a timer
 * in the heap of all timers: this is the distance between a timer that is earlier than all others
 * and one that is later.
 */
static int timer_count(struct ev_loop *ev)
{
    ev_timer first, last;
    ev_timer_init(&first, ignore, -1e9, 0.);
    ev_timer_init(&last, ignore, INFINITY, 0.);
    ev_timer_start(ev, &first);
    ev_timer_start(ev, &last);
    int between = ev_is_active(&last) - ev_is_active(&first) - 1;
    ev_timer_stop(ev, &last);
    ev_timer_stop(ev, &first);
    return between;
}

bool hob_timers_pending(void)
{
    const struct loop *loop = loop_current();
    return loop && timer_count(loop->ev) > loop->background_count;
}
