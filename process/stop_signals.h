/*
 * SIGINT and SIGTERM. The first one is an event of a loop. The second one ends the process with
 * status 128 + its number, even if all threads are busy: the signal handler does it.
 *
 * A signal has one handler in a process, so these functions change the state of the process.
 */
#ifndef HOB_PROCESS_STOP_SIGNALS_H
#define HOB_PROCESS_STOP_SIGNALS_H

#include <ev.h>
#include <stdbool.h>
#include <time.h>

/* A watcher of the first signal. */
struct stop_signals {
    ev_signal interrupt; /* SIGINT */
    ev_signal terminate; /* SIGTERM */
    timer_t limit;
    bool limited; /* the limit is set */
};

/*
 * Handles the signals from now on, until stop_signals_release() was called as often as this; the
 * former handlers are restored then. If the loop has not seen the first signal after `limit`
 * seconds (the longest of all calls; INFINITY for never), the process ends with EXIT_FAILURE.
 * Returns 0, or -EBUSY if another thread handles them, because libev passes a signal to one loop.
 */
int stop_signals_take(double limit);
void stop_signals_release(void);

/*
 * Makes a loop of the thread that took the signals call fn at the first one, also if that has come
 * already. `data` is the watcher's.
 */
void stop_signals_watch(
    struct stop_signals *self, struct ev_loop *ev, void (*fn)(struct ev_loop *, ev_signal *, int),
    void *data);

/* Called by fn: the loop has seen the first signal, and a later one is the second. */
void stop_signals_acknowledge(void);

/* The opposite of stop_signals_watch(). The signals are still handled. */
void stop_signals_unwatch(struct stop_signals *self, struct ev_loop *ev);

/* Ends the process with EXIT_FAILURE after `seconds`, unless stop_signals_unlimit() is called. */
void stop_signals_limit(struct stop_signals *self, double seconds);
void stop_signals_unlimit(struct stop_signals *self);

#endif
