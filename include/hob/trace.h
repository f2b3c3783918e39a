/*
 * hob/trace.h: which coroutine has the thread, which are ready, and what the others wait for.
 *
 * A coroutine that is to be looked at takes a lane (hob_trace_lane). What happens to it becomes
 * events: it begins, awaits, is ready, runs and ends. The coroutines that it makes have lanes of
 * their own, as parts of it. All else is seen only as one sum, the time that it had the thread:
 * other coroutines, and the loop with its input and output.
 *
 * Events are recorded from hob_trace_watch() to hob_trace_unwatch(), and for ten seconds more, in a
 * ring of the loop that holds the last 65,536. Each reader has a position of its own in it, and
 * gets the number of events that were overwritten before it read them. A coroutine without a lane
 * costs nothing more, also while events are recorded.
 *
 * All functions are called from a coroutine, and are about its loop. None of them waits.
 */
#ifndef HOB_TRACE_H
#define HOB_TRACE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What has happened. */
enum hob_trace_kind {
    HOB_TRACE_BEGIN,  /* a lane begins; text is its name */
    HOB_TRACE_AWAIT,  /* it waits; text is the step, or the call; seconds how long that will take */
    HOB_TRACE_READY,  /* what it waited for is there: it stands in the ready queue */
    HOB_TRACE_RUN,    /* it had the thread from `time` on for so many seconds */
    HOB_TRACE_OTHERS, /* all else had it for so many seconds since the last OTHERS */
    HOB_TRACE_END,    /* a lane ends; result is what its function returned */
    HOB_TRACE_STALL,  /* a coroutine, text is its name, has kept the thread for so many seconds */
};

/*
 * Events stand in the order in which they were recorded. That is the order of their times, but for
 * RUN, which is recorded when the run is over, and STALL, when the coroutine lets go of the thread.
 */
typedef struct {
    double time;              /* on the clock of hob_now() */
    double seconds;           /* of AWAIT: NAN if unknown; of STALL: the limit, at least */
    const char *text;         /* NULL if the kind has none */
    uint64_t id;              /* of the lane; 0 for OTHERS, and a STALL of one without a lane */
    uint64_t parent;          /* the lane that this is a part of, or 0 */
    enum hob_trace_kind kind; /* what has happened */
    int result;               /* of END, else 0 */
} hob_trace_event;

/*
 * Gives the calling coroutine a lane, until the coroutine or, in a handler of the server, the
 * handler has returned, or until hob_trace_lane_end(). Coroutines that it makes from now on get
 * lanes as well, called like themselves, as parts of this one. If the coroutine had a lane, that
 * ends before, with result 0. Allocates nothing and cannot fail, also while events are recorded.
 *
 * Events outlive the coroutine: the name, and those given to hob_async_named() in a lane, must live
 * as long as the program.
 *
 * Returns the id: at least 1, higher than all before it, and never used again by this loop.
 */
uint64_t hob_trace_lane(const char *name);

/* Ends the lane of the calling coroutine early, if it has one. Its parts go on. */
void hob_trace_lane_end(int result);

/*
 * Names what the calling coroutine awaits next, and how many seconds that takes; NAN or INFINITY if
 * unknown. Holds for one await, also if that turns out not to wait. Without a lane it does nothing.
 * The string must live as long as the program.
 */
void hob_trace_step(const char *step, double seconds);

/*
 * Begins recording, unless it has begun: for each call there must be one of hob_trace_unwatch().
 * Returns 0, or -ENOMEM if there is no memory for the ring.
 */
int hob_trace_watch(void);

/*
 * Ends recording ten seconds after the last call, and frees the ring: a reader that reconnects
 * before that has missed nothing. What happens from then until recording begins again is a gap in
 * the trace, which counts as one lost event.
 */
void hob_trace_unwatch(void);

/* Where the next event will be written: how many were, gaps included, since the loop began. */
uint64_t hob_trace_position(void);

/*
 * Copies up to `count` events from *position on to `events`, and moves *position behind them. Adds
 * to *dropped how many before them are gone: overwritten, or in a ring that was freed. A
 * *position that has not been reached yet becomes the present one. Returns how many were copied; 0
 * when there are no more.
 */
size_t hob_trace_read(uint64_t *position, hob_trace_event *events, size_t count, uint64_t *dropped);

/*
 * For a reader that begins at hob_trace_position(): what it has to know of the lanes alive. For
 * each its BEGIN, and then its state, as READY or as AWAIT with the time since when; the caller's
 * own lane, if it has one, has no state. A lane stands before its parts. Works also while nothing
 * is recorded. Writes up to `count` events, but no lane by halves: twice the `lanes` of
 * hob_trace_count() is enough. Returns how many.
 */
size_t hob_trace_live(hob_trace_event *events, size_t count);

/* Numbers of a loop, as they are now. */
typedef struct {
    size_t lanes;      /* alive */
    size_t orders;     /* of these, those that are not a part of another */
    size_t ready;      /* coroutines in the ready queue */
    size_t coroutines; /* alive, with a lane or without */
    size_t stacks;     /* mapped: those of the coroutines, and those kept for more */
    uint64_t switches; /* how often a coroutine got the thread, since the loop began */
    double running;    /* seconds that the thread did not wait, in all the time that was recorded;
                          the run, or the turn of the loop, that goes on is not in it yet */
} hob_trace_totals;

/* Counts. Works also while nothing is recorded, but for `running`. */
void hob_trace_count(hob_trace_totals *totals);

#ifdef __cplusplus
}
#endif

#endif
