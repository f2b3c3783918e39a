/*
 * The stall detector: it reports the task that keeps the thread while others wait.
 *
 * Each turn of the loop sets a timer of the kernel to expire some time after it, unless the timer
 * is set far enough ahead. So it expires only if a turn takes long, or while the loop sleeps. Its
 * signal interrupts the task that keeps the thread, and the handler logs where that is.
 */
#ifndef HOB_DIAGNOSTICS_STALL_H
#define HOB_DIAGNOSTICS_STALL_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* A report. */
struct stall {
    double time;      /* on the clock of hob_now() */
    double limit;     /* seconds */
    const char *task; /* the name of the one that keeps the thread */
    uint64_t lane;    /* its lane, and what that is a part of; 0 is none */
    uint64_t parent;
};

struct stall_watch {
    bool usable; /* there is a timer */
    timer_t timer;
    double limit;    /* seconds; 0 is off */
    double goes_off; /* on the clock of ev_now() */
    size_t resumed;  /* how often tasks were resumed: identifies a run of a task */
    size_t suspect;  /* the value of `resumed` when the timer was set: this run then exceeds the
                        limit */
    size_t reported; /* the value of `resumed` that was reported last */

    volatile bool asleep; /* the loop looks for input: no task waits for the thread */

    /* Written in the handler of a signal. */
    volatile struct stall last; /* the last report */
    volatile size_t count;      /* how many there were */
};

void stall_watch_init(struct stall_watch *self);
void stall_watch_destroy(struct stall_watch *self);

/*
 * Called before callbacks and before ready tasks, with the time of ev_now(). A second call in the
 * same turn does nothing.
 */
void stall_watch_begin_turn(struct stall_watch *self, double now);

/* Called when the turn is over, and the loop may sleep. */
void stall_watch_end_turn(struct stall_watch *self);

#endif
