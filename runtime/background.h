/*
 * Repeating timers for housekeeping. When nothing else is left, they neither keep the loop running
 * nor advance virtual time.
 */
#ifndef HOB_RUNTIME_BACKGROUND_H
#define HOB_RUNTIME_BACKGROUND_H

#include <ev.h>

/* Starts a timer that fires every `seconds`, unless it runs already. */
void background_start(struct ev_loop *ev, ev_timer *timer, double seconds);

/* Stops the timer if it runs. */
void background_stop(struct ev_loop *ev, ev_timer *timer);

#endif
