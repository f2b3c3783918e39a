/*
 * The trace: lanes of tasks, and a ring of events for readers. See hob/trace.h.
 *
 * A lane keeps its present state also while nothing is recorded, so that a later reader gets how
 * long it has been waiting. Of all else that the thread does, the trace records only how long it
 * takes, by turns of the loop.
 */
#ifndef HOB_DIAGNOSTICS_TRACE_H
#define HOB_DIAGNOSTICS_TRACE_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hob/trace.h"
#include "runtime/list.h"
#include "stall.h"

struct task;

/* Part of a task. All zero is none. */
struct lane {
    uint64_t id;     /* 0: the task has no lane */
    uint64_t parent; /* id of the lane that this is a part of, or 0 */
    const char *name;
    const char
        *step;      /* the await that the task is in, or the next one; NULL: called like the call */
    double seconds; /* how long that takes; NAN if unknown */
    double began;
    double since; /* when it began to wait, or became ready */
    struct list link;
};

/* Part of a loop. */
struct trace {
    size_t watchers;
    hob_trace_event *ring; /* NULL while nothing is recorded */
    ev_timer linger;       /* runs when the last watcher has left, until recording ends */
    uint64_t position;     /* of the next event, counted since the loop began */
    uint64_t first;        /* of the first event that the ring was made for */
    bool working;          /* a turn goes on that is recorded */
    double since;          /* when a lane got the thread, or all others did: callbacks, too */
    double others;         /* seconds that those had, not recorded yet */
    double running;        /* seconds that all had */
    size_t stalls;         /* how many reports of stalls were recorded, or were before that */
    uint64_t last_id;
    struct list lanes; /* the oldest first: so none stands before its maker's */
    size_t lane_count;
    size_t order_count; /* lanes without a parent */
};

void trace_init(struct trace *self);
void trace_destroy(struct trace *self);

/* A turn of the loop: while one goes on, they do nothing. Stalls are recorded when it ends. */
void trace_turn_begins(struct trace *self);
void trace_turn_ends(struct trace *self, const struct stall_watch *stall);

/* Around each run of a task that has a lane; one may also begin or end its lane while it runs. */
void lane_run_begins(struct task *task);
void lane_run_ends(struct task *task);

/* A new task gets a lane as a part of its maker's. */
void lane_begin_part(struct task *task, const struct task *maker);

/* A task with a lane, that does not run, was put into the ready queue. */
void lane_ready(struct task *task);

/* Ends the lane of the task that runs, if it has one. */
void lane_end(struct task *task, int result);

#endif
