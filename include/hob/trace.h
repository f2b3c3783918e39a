/*
 * hob/trace.h: a trace of coroutines: which one runs, what the others wait for, and which are
 * ready.
 *
 * To be traced, a coroutine gets a lane (hob_trace_lane). Its states become events: it begins,
 * awaits, is ready, runs and ends. The coroutines that it makes get lanes of their own, as parts of
 * it. All other work, of other coroutines and of the loop, is recorded only as a sum of its time.
 *
 * Events are recorded while there are watchers (hob_trace_watch), and for ten seconds more, in a
 * ring of the loop with the last 65,536 events. Each reader has its own position in the ring, and
 * gets the number of events that were overwritten before it read them. A coroutine without a lane
 * has no additional cost.
 *
 * Call all functions from a coroutine; they use its loop. None of them waits.
 */
#ifndef HOB_TRACE_H
#define HOB_TRACE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The kind of an event. */
enum hob_trace_kind {
    HOB_TRACE_BEGIN,  /* a lane begins; text is its name */
    HOB_TRACE_AWAIT,  /* it waits; text is the step, or the call; seconds how long that will take */
    HOB_TRACE_READY,  /* its wait is over: it is in the ready queue */
    HOB_TRACE_RUN,    /* it ran from `time` on for this many seconds */
    HOB_TRACE_OTHERS, /* all other work ran for this many seconds since the last OTHERS */
    HOB_TRACE_END,    /* a lane ends; result is that of its function */
    HOB_TRACE_STALL,  /* the coroutine `text` has blocked the thread for this many seconds */
};

/*
 * Events are in the order in which they were recorded. That is the order of their times, except for
 * RUN, which is recorded at the end of the run, and STALL, when the coroutine leaves the thread.
 */
typedef struct {
    double time;              /* on the clock of hob_now() */
    double seconds;           /* of AWAIT: NAN if unknown; of STALL: the limit, at least */
    const char *text;         /* NULL if the kind has none */
    uint64_t id;              /* of the lane; 0 for OTHERS, and a STALL of one without a lane */
    uint64_t parent;          /* the lane that this is a part of, or 0 */
    enum hob_trace_kind kind; /* of the event */
    int result;               /* of END, else 0 */
} hob_trace_event;

/*
 * Gives the calling coroutine a lane, until the coroutine or, in a handler of the server, the
 * handler has returned, or until hob_trace_lane_end(). Coroutines that it makes from now on get
 * lanes with their names as well, as parts of this one. If the coroutine had a lane, that ends
 * first, with result 0. Does not allocate and cannot fail.
 *
 * Events outlive the coroutine: the name, and those given to hob_async_named() in a lane, must live
 * as long as the program.
 *
 * Returns the id: at least 1, higher than all before it, and never used again by this loop.
 */
uint64_t hob_trace_lane(const char *name);

/* Ends the lane of the calling coroutine early, if it has one, but not its parts. */
void hob_trace_lane_end(int result);

/*
 * Sets the name of the next await of the calling coroutine, and how many seconds it takes; NAN or
 * INFINITY if unknown. Applies to one await, even if that does not wait. Does nothing without a
 * lane. The string must live as long as the program.
 */
void hob_trace_step(const char *step, double seconds);

/*
 * Sets the name of all awaits of the calling coroutine that have no step, such as those of a fetch,
 * until its lane ends or this is called again. NULL, the default, names each after its call. A
 * hob_sleep() has a step of its own. Does nothing without a lane. The string must live as long as
 * the program.
 */
void hob_trace_set_activity(const char *activity);

/*
 * Adds a watcher, and begins recording if it is the first one. Each call needs one of
 * hob_trace_unwatch(). Returns 0, or -ENOMEM if there is no memory for the ring.
 */
int hob_trace_watch(void);

/*
 * Removes a watcher. Ten seconds after the last one, recording ends and the ring is freed, so a
 * watcher that reconnects before has missed nothing. The time until the next watcher is a gap in
 * the trace, which counts as one lost event.
 */
void hob_trace_unwatch(void);

/*
 * Returns the number of events, gaps included, since the loop began: the position of the next one.
 */
uint64_t hob_trace_position(void);

/*
 * Copies up to `count` events from *position on to `events`, and moves *position behind them. Adds
 * to *dropped the number of earlier events that are lost: overwritten, or freed with the ring. A
 * *position that has not been reached yet becomes the present one. Returns how many were copied; 0
 * when there are no more.
 */
size_t hob_trace_read(uint64_t *position, hob_trace_event *events, size_t count, uint64_t *dropped);

/*
 * Writes the present lanes, for a reader that begins at hob_trace_position(): for each its BEGIN,
 * and then its state, as READY or as AWAIT with the time of its beginning; the caller's own lane,
 * if it has one, has no state. A lane precedes its parts. Does not need a watcher. Writes up to
 * `count` events, and each lane completely or not at all: twice the `lanes` of hob_trace_count()
 * suffice. Returns how many.
 */
size_t hob_trace_live(hob_trace_event *events, size_t count);

/* Numbers of a loop, as they are now. */
typedef struct {
    size_t lanes;      /* alive */
    size_t orders;     /* lanes that are not a part of another */
    size_t ready;      /* coroutines in the ready queue */
    size_t coroutines; /* alive, with a lane or without */
    size_t stacks;     /* mapped: those of coroutines, and idle ones */
    uint64_t switches; /* how often a coroutine was resumed since the loop began */
    double running;    /* seconds that the thread did not wait, in the recorded time, without the
                          present run or turn of the loop */
} hob_trace_totals;

/* Writes the numbers. Only `running` needs a watcher. */
void hob_trace_count(hob_trace_totals *totals);

#ifdef __cplusplus
}
#endif

#endif
