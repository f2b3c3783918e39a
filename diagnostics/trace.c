#include "trace.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "hob/runtime.h"
#include "misuse.h"
#include "runtime/loop.h"
#include "runtime/task.h"

#define RING_SIZE 65536 /* events: 3 MiB, of which only what was written to costs memory */
#define LINGER    10.0  /* seconds: browsers reconnect sooner */

static void on_linger(struct ev_loop *ev, ev_timer *watcher, int events);

void trace_init(struct trace *self)
{
    *self = (struct trace){0};
    list_init(&self->lanes);
    ev_init(&self->linger, on_linger);
    self->linger.data = self;
}

void trace_destroy(struct trace *self)
{
    free(self->ring);
}

static struct trace *trace_of(const struct task *task)
{
    return &task->future.loop->trace;
}

/*
 * Events.
 */

static void record(struct trace *self, hob_trace_event event)
{
    if (self->ring)
        self->ring[self->position++ % RING_SIZE] = event;
}

static hob_trace_event lane_event(const struct lane *lane, enum hob_trace_kind kind, double time)
{
    return (hob_trace_event){.kind = kind, .time = time, .id = lane->id, .parent = lane->parent};
}

static hob_trace_event begin_event(const struct lane *lane)
{
    hob_trace_event event = lane_event(lane, HOB_TRACE_BEGIN, lane->began);
    event.text = lane->name;
    return event;
}

/* Returns the state of a task that does not run. */
static hob_trace_event state_event(const struct task *task)
{
    const struct lane *lane = &task->lane;
    if (task->queued)
        return lane_event(lane, HOB_TRACE_READY, lane->since);
    hob_trace_event event = lane_event(lane, HOB_TRACE_AWAIT, lane->since);
    event.text = lane->step ? lane->step : lane->activity ? lane->activity : task->waits_in;
    event.seconds = lane->step ? lane->seconds : NAN;
    return event;
}

/* The detector runs in a signal handler, which must not write to the ring. */
static void record_stalls(struct trace *self, const struct stall_watch *watch)
{
    if (!self->ring || self->stalls == watch->count)
        return;
    self->stalls = watch->count;
    record(
        self, (hob_trace_event){
                  .kind = HOB_TRACE_STALL,
                  .time = watch->last.time,
                  .seconds = watch->last.limit,
                  .text = watch->last.task,
                  .id = watch->last.lane,
                  .parent = watch->last.parent,
              });
}

static const struct lane others = {0};

/* Adds the time since the last charge to a lane, or to `others`. */
static void charge(struct trace *self, const struct lane *lane, double now)
{
    if (!self->ring)
        return;
    double seconds = now - self->since;
    if (lane->id) {
        hob_trace_event event = lane_event(lane, HOB_TRACE_RUN, self->since);
        event.seconds = seconds;
        record(self, event);
    } else {
        self->others += seconds;
    }
    self->running += seconds;
    self->since = now;
}

/*
 * Called by the scheduler.
 */

static void lane_begin(struct task *task, const char *name, uint64_t parent, double now)
{
    struct trace *trace = trace_of(task);
    struct lane *lane = &task->lane;
    *lane = (struct lane){
        .id = ++trace->last_id, .parent = parent, .name = name, .began = now, .since = now};
    list_append(&trace->lanes, &lane->link);
    trace->lane_count++;
    trace->order_count += parent == 0;
    record(trace, begin_event(lane));
}

void lane_begin_part(struct task *task, const struct task *maker)
{
    lane_begin(task, task->name, maker->lane.id, hob_now());
}

void lane_end(struct task *task, int result)
{
    struct trace *trace = trace_of(task);
    struct lane *lane = &task->lane;
    if (lane->id == 0)
        return;
    double now = hob_now();
    record_stalls(trace, &task->future.loop->stall);
    charge(trace, lane, now);
    hob_trace_event event = lane_event(lane, HOB_TRACE_END, now);
    event.result = result;
    record(trace, event);
    trace->lane_count--;
    trace->order_count -= lane->parent == 0;
    list_remove(&lane->link);
    lane->id = 0;
}

void lane_become_ready(struct task *task)
{
    struct lane *lane = &task->lane;
    lane->since = hob_now();
    lane->seconds = NAN; /* unknown, if the await continues after that */
    record(trace_of(task), state_event(task));
}

void lane_begin_run(struct task *task)
{
    struct trace *trace = trace_of(task);
    if (trace->ring)
        charge(trace, &others, hob_now());
}

void lane_end_run(struct task *task)
{
    struct trace *trace = trace_of(task);
    double now = hob_now();
    record_stalls(trace, &task->future.loop->stall);
    charge(trace, &task->lane, now);
    task->lane.since = now;
    record(trace, state_event(task));
}

void trace_begin_turn(struct trace *self)
{
    if (!self->ring || self->working)
        return;
    self->working = true;
    self->since = hob_now();
}

void trace_end_turn(struct trace *self, const struct stall_watch *stall)
{
    if (!self->ring || !self->working)
        return;
    record_stalls(self, stall);
    charge(self, &others, hob_now());
    self->working = false;
}

/*
 * For coroutines.
 */

uint64_t hob_trace_lane(const char *name)
{
    struct task *task = task_current(__func__);
    lane_end(task, 0);
    double now = hob_now();
    charge(trace_of(task), &others, now);
    lane_begin(task, name, 0, now);
    return task->lane.id;
}

void hob_trace_lane_end(int result)
{
    lane_end(task_current(__func__), result);
}

void hob_trace_step(const char *step, double seconds)
{
    struct lane *lane = &task_current(__func__)->lane;
    if (lane->id == 0)
        return;
    lane->step = step;
    lane->seconds = isfinite(seconds) ? fmax(seconds, 0) : NAN;
}

void hob_trace_set_activity(const char *activity)
{
    struct lane *lane = &task_current(__func__)->lane;
    if (lane->id != 0)
        lane->activity = activity;
}

/*
 * For readers.
 */

static int begin_recording(struct trace *self, const struct loop *loop)
{
    self->ring = malloc(RING_SIZE * sizeof(self->ring[0]));
    if (!self->ring)
        return -ENOMEM;
    self->first = self->position;
    self->working = true;
    self->since = hob_now();
    self->others = 0;
    self->stalls = loop->stall.count;
    return 0;
}

static void end_recording(struct trace *self)
{
    free(self->ring);
    self->ring = NULL;
    self->position++; /* a gap: a reader with an older position gets a number of lost events */
    self->first = self->position;
}

static void on_linger(struct ev_loop *ev, ev_timer *watcher, int events)
{
    (void)events;
    struct trace *self = watcher->data;
    background_stop(ev, watcher);
    end_recording(self);
}

int hob_trace_watch(void)
{
    struct task *task = task_current(__func__);
    struct trace *self = trace_of(task);
    int err = self->ring ? 0 : begin_recording(self, task->future.loop);
    if (err < 0)
        return err;
    background_stop(task_ev_loop(task), &self->linger);
    self->watchers++;
    return 0;
}

void hob_trace_unwatch(void)
{
    struct task *task = task_current(__func__);
    struct ev_loop *ev = task_ev_loop(task);
    struct trace *self = trace_of(task);
    if (self->watchers == 0)
        misuse(__func__, "there is no watcher");
    if (--self->watchers > 0)
        return;
    background_start(ev, &self->linger, LINGER);
}

/* Records the time of all other work, but not the present run of a reader with a lane. */
static void record_others(struct trace *self, const struct task *reader)
{
    double now = hob_now();
    record_stalls(self, &reader->future.loop->stall);
    if (reader->lane.id == 0)
        charge(self, &others, now);
    double seconds = self->others;
    self->others = 0;
    if (seconds > 0)
        record(self, (hob_trace_event){.kind = HOB_TRACE_OTHERS, .time = now, .seconds = seconds});
}

uint64_t hob_trace_position(void)
{
    struct task *task = task_current(__func__);
    struct trace *self = trace_of(task);
    record_others(self, task); /* a reader that begins here should not get what was before */
    return self->position;
}

static uint64_t oldest_position(const struct trace *self)
{
    bool full = self->position - self->first > RING_SIZE;
    return full ? self->position - RING_SIZE : self->first;
}

size_t hob_trace_read(uint64_t *position, hob_trace_event *events, size_t count, uint64_t *dropped)
{
    struct task *task = task_current(__func__);
    struct trace *self = trace_of(task);
    record_others(self, task);
    uint64_t oldest = oldest_position(self);
    uint64_t next = *position < self->position ? *position : self->position;
    if (next < oldest) {
        *dropped += oldest - next;
        next = oldest;
    }
    size_t copied = 0;
    while (copied < count && next < self->position)
        events[copied++] = self->ring[next++ % RING_SIZE];
    *position = next;
    return copied;
}

size_t hob_trace_live(hob_trace_event *events, size_t count)
{
    const struct task *caller = task_current(__func__);
    const struct list *lanes = &trace_of(caller)->lanes;
    size_t written = 0;
    for (struct list *link = lanes->next; link != lanes && count - written >= 2;
         link = link->next) {
        const struct task *task = list_entry(link, struct task, lane.link);
        events[written++] = begin_event(&task->lane);
        if (task != caller)
            events[written++] = state_event(task);
    }
    return written;
}

void hob_trace_count(hob_trace_totals *totals)
{
    const struct loop *loop = task_current(__func__)->future.loop;
    struct stacks_count stacks = stacks_count(&loop->stacks);
    *totals = (hob_trace_totals){
        .lanes = loop->trace.lane_count,
        .orders = loop->trace.order_count,
        .ready = loop->ready_count,
        .coroutines = stacks.used - loop->sized_calls,
        .stacks = stacks.mapped,
        .switches = loop->stall.resumed,
        .running = loop->trace.running,
    };
}
