/*
 * The trace: lanes of tasks, and the ring of events for those who watch. See hob/trace.h.
 *
 * A lane knows its present state also while nobody watches, so that who comes later sees how long
 * it has been waiting. Of tasks without a lane only the time that they run is taken, and only while
 * events are recorded.
 */
#ifndef HOB_RUNTIME_TRACE_H
#define HOB_RUNTIME_TRACE_H

#include <ev.h>
#include <stddef.h>
#include <stdint.h>

#include "hob/trace.h"
#include "list.h"

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
    double since;          /* when the task that runs got the thread, or its lane began or ended */
    double others;         /* seconds that tasks without a lane had, not recorded yet */
    double running;        /* seconds that all had */
    size_t stalls;         /* how many reports of stalls were recorded, or were before that */
    uint64_t last_id;
    struct list lanes; /* the oldest first: so none stands before its maker's */
    size_t lane_count;
    size_t order_count; /* lanes without a parent */
};

void trace_init(struct trace *self);
void trace_destroy(struct trace *self);

/* Around each run of a task. Without a ring, only the second is needed, and only for a lane. */
void trace_run_begins(struct trace *self);
void trace_run_ends(struct trace *self, struct task *task);

/* A new task gets a lane as a part of its maker's. */
void lane_begin_part(struct task *task, const struct task *maker);

/* A task with a lane, that does not run, was put into the ready queue. */
void lane_ready(struct task *task);

/* Ends the lane of the task that runs, if it has one. */
void lane_end(struct task *task, int result);

#endif
