/*
 * The trace: lanes of tasks, and a ring of events for readers. See hob/trace.h.
 *
 * A lane has its present state also while nothing is recorded, so that a later reader gets the time
 * since which it waits. Of all other work of the thread, the trace records only the time, for each
 * turn of the loop.
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
    const char *activity; /* names the awaits without a step; NULL: the call does */
    const char *step;     /* names the await that the task is in, or the next one; may be NULL */
    double seconds;       /* how long the step takes; NAN if unknown */
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
    uint64_t first;        /* of the first event since recording began */
    bool working;          /* a turn is in progress, and recorded */
    double since;          /* when the last charge was: see charge() in trace.c */
    double others;         /* seconds without a lane that are not recorded yet */
    double running;        /* seconds that were charged in all */
    size_t stalls;         /* stall_watch.count at the last event of a stall */
    uint64_t last_id;
    struct list lanes; /* the oldest first, so that a lane precedes its parts */
    size_t lane_count;
    size_t order_count; /* lanes without a parent */
};

void trace_init(struct trace *self);
void trace_destroy(struct trace *self);

/* A turn of the loop begins and ends; further calls do nothing. The end records stalls. */
void trace_begin_turn(struct trace *self);
void trace_end_turn(struct trace *self, const struct stall_watch *stall);

/* A run of a task with a lane begins and ends. The task may begin or end its lane meanwhile. */
void lane_begin_run(struct task *task);
void lane_end_run(struct task *task);

/* Gives a new task a lane, as a part of that of its maker. */
void lane_begin_part(struct task *task, const struct task *maker);

/* A task with a lane that was waiting is ready now. */
void lane_become_ready(struct task *task);

/* Ends the lane of the task that runs, if it has one. */
void lane_end(struct task *task, int result);

#endif
