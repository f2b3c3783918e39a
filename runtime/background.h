/*
 * Repeating timers for housekeeping: alone, they are no reason for a loop to go on, nor for virtual
 * time to move.
 */
#ifndef HOB_RUNTIME_BACKGROUND_H
#define HOB_RUNTIME_BACKGROUND_H

#include <ev.h>

/* Starts a timer that goes off every so many seconds, unless it runs already. */
void background_start(struct ev_loop *ev, ev_timer *timer, double seconds);

/* Harmless if it does not run. */
void background_stop(struct ev_loop *ev, ev_timer *timer);

#endif
