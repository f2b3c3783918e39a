/*
 * SIGINT and SIGTERM. The first one is an event of a loop. The second one ends the process with
 * status 128 + its number, whatever the threads do: its handler does so.
 *
 * A signal has one handler in a process, so what is here is the process's, not a loop's.
 */
#ifndef HOB_RUNTIME_STOP_SIGNALS_H
#define HOB_RUNTIME_STOP_SIGNALS_H

#include <ev.h>
#include <stdbool.h>
#include <time.h>

/* One who waits for the first signal. */
struct stop_signals {
    ev_signal interrupt; /* SIGINT */
    ev_signal terminate; /* SIGTERM */
    timer_t limit;
    bool limited; /* the limit is set */
};

/*
 * Handles the signals from now on, until each call had its stop_signals_release(): what was set up
 * before is restored then. Returns 0, or -EBUSY if another thread handles them, since libev passes
 * a signal to one loop.
 */
int stop_signals_take(void);
void stop_signals_release(void);

/*
 * Has a loop of the thread that took the signals call fn at the first one, which may have come
 * already: with `data` as the watcher's.
 */
void stop_signals_watch(
    struct stop_signals *self, struct ev_loop *ev, void (*fn)(struct ev_loop *, ev_signal *, int),
    void *data);

/* To be called by fn: what comes from now on is the second signal. */
void stop_signals_heed(void);

/* The opposite of stop_signals_watch(). The signals are still handled. */
void stop_signals_unwatch(struct stop_signals *self, struct ev_loop *ev);

/* Ends the process with EXIT_FAILURE in so many seconds, unless stop_signals_unlimit() is called.
 */
void stop_signals_limit(struct stop_signals *self, double seconds);
void stop_signals_unlimit(struct stop_signals *self);

#endif
