#include "loop.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "diagnostics/misuse.h"
#include "hob/runtime.h"
#include "hob/virtual_time.h"
#include "memory/reserve.h"

static _Thread_local struct loop *current;

struct loop *loop_current(void)
{
    return current;
}

bool hob_in_loop(void)
{
    return current != NULL;
}

struct ev_loop *task_ev_loop(const struct task *task)
{
    return task->future.loop->ev;
}

void loop_enqueue(struct loop *self, struct task *task)
{
    task->queued = true;
    task->next = NULL;
    *self->ready_end = task;
    self->ready_end = &task->next;
    self->ready_count++;
    if (task->lane.id && task != self->running) /* a task that yields is still running */
        lane_become_ready(task);
}

/* Seconds. Tasks that are made within this time reuse the idle stacks. */
#define TRIM_INTERVAL 1.0
/* Unmapping takes about 2 us a stack: up to a millisecond in which no task runs. */
#define TRIM_LIMIT 512

static void on_trim(struct ev_loop *ev, ev_timer *watcher, int events)
{
    (void)events;
    struct loop *self = ev_userdata(ev);
    if (stacks_trim(&self->stacks, TRIM_LIMIT) == 0)
        background_stop(ev, watcher);
}

void loop_start_trim(struct loop *self)
{
    if (!ev_is_active(&self->trim))
        background_start(self->ev, &self->trim, TRIM_INTERVAL);
}

static void switch_to(struct loop *self, struct task *task)
{
    if (self->exceptions)
        exceptions_swap(self->exceptions, &task->exceptions);
    context_switch(&self->scheduler, &task->context);
    if (self->exceptions)
        exceptions_swap(self->exceptions, &task->exceptions);
}

void loop_resume(struct loop *self, struct task *task)
{
    task->queued = false;
    self->stall.resumed++;
    self->running = task;
    if (task->lane.id)
        lane_begin_run(task);
    switch_to(self, task);
    if (task->lane.id)
        lane_end_run(task);
    self->running = NULL;
    if (task->returned)
        task_release(task);
}

/* A turn begins with its first callback or task: until then the thread sleeps. */
static void begin_turn(struct loop *self)
{
    stall_watch_begin_turn(&self->stall, ev_now(self->ev));
    trace_begin_turn(&self->trace);
}

static void end_turn(struct loop *self)
{
    trace_end_turn(&self->trace, &self->stall);
    stall_watch_end_turn(&self->stall);
}

/*
 * Runs the tasks that are ready now, in the order in which they became ready, but not those that
 * become ready meanwhile. Returns how many.
 */
static size_t run_ready(struct loop *self)
{
    size_t count = 0;
    struct task *task = self->ready_first;
    self->ready_first = NULL;
    self->ready_end = &self->ready_first;
    while (task) {
        struct task *next = task->next; /* read first: the task may be gone afterwards */
        self->ready_count--;
        loop_resume(self, task);
        task = next;
        count++;
    }
    return count;
}

void loop_add_hook(struct loop *self, struct turn_hook *hook)
{
    list_append(&self->hooks, &hook->link);
}

void loop_remove_hook(struct turn_hook *hook)
{
    list_remove(&hook->link);
}

/* A hook may remove itself. */
static void run_hooks(struct loop *self)
{
    struct list *link = self->hooks.next;
    while (link != &self->hooks) {
        const struct turn_hook *hook = list_entry(link, struct turn_hook, link);
        link = link->next;
        hook->run(hook->arg);
    }
}

void loop_at_turn_end(struct loop *self, struct turn_end *end)
{
    list_remove(&end->link);
    list_append(&self->turn_ends, &end->link);
}

static void run_turn_ends(struct loop *self)
{
    while (!list_empty(&self->turn_ends)) {
        struct turn_end *end = list_entry(self->turn_ends.next, struct turn_end, link);
        list_remove(&end->link);
        end->run(end);
    }
}

/* Called by libev in ev_run(). The time that callbacks take belongs to a turn. */
static void invoke_callbacks(struct ev_loop *ev)
{
    struct loop *self = ev_userdata(ev);
    if (ev_pending_count(ev) == 0)
        return; /* libev also calls this before it polls */
    begin_turn(self);
    ev_invoke_pending(ev);
}

/* Looks for input and expired timers, and calls their callbacks. Sleeps if no task is ready. */
static void look_for_events(struct loop *self, const struct task *root)
{
    run_turn_ends(self);
    end_turn(self);
    int watched = ev_run(self->ev, self->ready_first ? EVRUN_NOWAIT : EVRUN_ONCE);
    if (!watched && !self->ready_first)
        misuse_by(root, root->waits_in, "deadlock: it waits, and nothing can wake it");
}

/*
 * When so many tasks have run in a turn, the loop polls for input, which is a system call, even if
 * more tasks are ready.
 */
#define TASKS_A_TURN 64

/* Runs turns of the loop until the first task, root, has returned: `end` is ready then. */
static void run_turns(struct loop *self, const hob_future *end, const struct task *root)
{
    for (;;) {
        size_t count = 0;
        if (self->ready_first)
            begin_turn(self);
        do {
            count += run_ready(self);
            if (end->ready)
                return;
            run_hooks(self);
        } while (self->ready_first && count < TASKS_A_TURN);
        look_for_events(self, root); /* callbacks make tasks ready, and collect work for hooks */
    }
}

static void ignore(struct ev_loop *ev, ev_async *watcher, int events)
{
    (void)ev;
    (void)watcher;
    (void)events;
}

/*
 * When the first async or signal watcher starts, libev opens the descriptor that all of them share,
 * and cannot return an error. So this checks that the process can open one more, and starts a
 * watcher now.
 */
static int make_wake_descriptor(struct loop *self)
{
    int fd = eventfd(0, EFD_CLOEXEC);
    if (fd < 0)
        return -errno;
    close(fd);
    ev_async_init(&self->wake, ignore);
    ev_async_start(self->ev, &self->wake);
    ev_unref(self->ev);             /* it does not keep the loop running */
    ev_run(self->ev, EVRUN_NOWAIT); /* registers the descriptor with the kernel */
    return 0;
}

/*
 * epoll alone: it is the only backend of libev that hob is tested with, and the environment
 * (LIBEV_FLAGS) must not choose another one.
 */
static int make_ev_loop(struct loop *self)
{
    if (!reserve_refill())
        return -ENOMEM;
    errno = ENOMEM;
    self->ev = ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV);
    if (!self->ev)
        return -errno;
    int err = make_wake_descriptor(self);
    if (err < 0)
        ev_loop_destroy(self->ev);
    return err;
}

static int loop_init(struct loop *self)
{
    *self = (struct loop){0};
    int err = make_ev_loop(self);
    if (err < 0)
        return err;
    if (overflow_watch(&self->overflow) < 0) {
        ev_loop_destroy(self->ev);
        return -ENOMEM;
    }
    self->ready_end = &self->ready_first;
    stacks_init(&self->stacks);
    lsan_watch_frames(&self->frames);
    list_init(&self->free_timers);
    list_init(&self->free_asyncs);
    list_init(&self->hooks);
    list_init(&self->turn_ends);
    stall_watch_init(&self->stall);
    self->exceptions = exceptions_watch();
    trace_init(&self->trace);
    ev_init(&self->trim, on_trim);
    ev_set_userdata(self->ev, self);
    ev_set_invoke_pending_cb(self->ev, invoke_callbacks);
    context_init_current(&self->scheduler);
    return 0;
}

static void loop_destroy(struct loop *self)
{
    while (arena_clean_up(&self->parts))
        ;
    arena_free(&self->parts);
    stall_watch_destroy(&self->stall);
    trace_destroy(&self->trace);
    future_free_kept(&self->free_timers);
    future_free_kept(&self->free_asyncs);
    stacks_destroy(&self->stacks);
    lsan_unwatch_frames(&self->frames);
    overflow_unwatch(&self->overflow);
    exceptions_unwatch(self->exceptions);
    ev_loop_destroy(self->ev);
}

/* Runs fn(arg) as the loop's first task. */
static int run_root(struct loop *self, const char *name, hob_fn *fn, void *arg)
{
    hob_future end;
    struct task *root = task_make(stacks_default(&self->stacks), NULL, &end, name, fn, arg);
    if (!root)
        return -ENOMEM;
    root->future.loop = self;
    future_init(&end, NULL, NULL);
    loop_enqueue(self, root);
    current = self;
    run_turns(self, &end, root);
    current = NULL;
    return end.result;
}

int hob_block_on_named(const char *name, hob_fn *fn, void *arg)
{
    struct loop loop;
    if (current)
        return -EBUSY;
    reserve_use();
    int result = loop_init(&loop);
    if (result == 0) {
        result = run_root(&loop, name, fn, arg);
        loop_destroy(&loop);
    }
    reserve_release();
    return result;
}
