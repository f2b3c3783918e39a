#include "stall.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/backtrace.h"
#include "base/log_handler.h"
#include "describe.h"
#include "hob/log.h"
#include "hob/runtime.h"
#include "hob/text.h"
#include "process/kernel_timer.h"
#include "process/signal_handler.h"
#include "runtime/loop.h"
#include "runtime/task.h"

#define DEFAULT_LIMIT 0.1

/*
 * Ignored by default, rarely used (for urgent data on sockets), and passed on silently by
 * debuggers.
 */
#define STALL_SIGNAL SIGURG

/* In the signal handler. */

/* For the trace, which is written when the task gives up the thread. */
static void note(struct stall_watch *self, const struct task *task)
{
    self->last.time = hob_now();
    self->last.limit = self->limit;
    self->last.task = task->name;
    self->last.lane = task->lane.id;
    self->last.parent = task->lane.parent;
    self->count++;
}

static void report(struct stall_watch *self, const struct task *task)
{
    char description[DESCRIPTION_SIZE];
    note(self, task);
    hob_log(
        HOB_LOG_WARN, "%s has kept the thread for %s s, and no other coroutine runs; it is in",
        task_describe(task, description), HOB_NUMBER(self->limit));
    backtrace_log(HOB_LOG_WARN);
}

static void on_signal(int signal_number, siginfo_t *info, void *context)
{
    (void)signal_number;
    (void)context;
    struct loop *loop = loop_current();
    if (info->si_code != SI_TIMER || !loop || info->si_value.sival_ptr != &loop->stall)
        return;
    struct stall_watch *self = &loop->stall;
    if (self->asleep)
        return;
    int err = errno;
    if (loop_task(loop) && self->resumed == self->suspect && self->resumed != self->reported) {
        self->reported = self->resumed;
        log_enter_handler();
        report(self, loop_task(loop));
        log_leave_handler();
    }
    /* A task that got the thread late in a long turn has the whole limit from now on. */
    self->suspect = self->resumed;
    kernel_timer_set(self->timer, self->limit);
    errno = err;
}

/* On the loop's thread. */

static struct signal_handler handler = {
    .signal_number = STALL_SIGNAL, .flags = SA_RESTART, .fn = on_signal};

/*
 * A coroutine that calls exit(3) keeps the thread until the process ends. That is no stall.
 */
static void stop_at_exit(void)
{
    struct loop *loop = loop_current();
    if (loop && loop->stall.usable)
        kernel_timer_set(loop->stall.timer, 0);
}

static void prepare_exit(void)
{
    atexit(stop_at_exit);
}

void stall_watch_init(struct stall_watch *self)
{
    static pthread_once_t prepared = PTHREAD_ONCE_INIT;
    pthread_once(&prepared, prepare_exit);
    *self = (struct stall_watch){.limit = DEFAULT_LIMIT, .asleep = true};
    struct sigevent event = {
        .sigev_notify = SIGEV_THREAD_ID,
        .sigev_signo = STALL_SIGNAL,
        .sigev_value.sival_ptr = self,
        ._sigev_un._tid = gettid(),
    };
    if (!signal_handler_use(&handler))
        return;
    self->usable = timer_create(CLOCK_MONOTONIC, &event, &self->timer) == 0;
    if (!self->usable)
        signal_handler_release(&handler);
}

void stall_watch_destroy(struct stall_watch *self)
{
    if (!self->usable)
        return;
    timer_delete(self->timer);
    signal_handler_release(&handler);
}

void stall_watch_end_turn(struct stall_watch *self)
{
    self->asleep = true;
}

void stall_watch_begin_turn(struct stall_watch *self, double now)
{
    if (!self->asleep)
        return;
    self->asleep = false;
    self->suspect = self->resumed + 1;
    if (!self->usable || self->limit == 0 || self->goes_off - now >= self->limit)
        return;
    /* 1.5 times the limit, so that there are at most two of these system calls in that time. */
    kernel_timer_set(self->timer, self->limit * 1.5);
    self->goes_off = now + self->limit * 1.5;
}

int hob_stall_limit(double seconds)
{
    struct stall_watch *self = &task_current(__func__)->future.loop->stall;
    if (!(seconds >= 0 && seconds <= 1e6))
        return -EINVAL;
    self->limit = seconds;
    self->goes_off = 0;
    if (self->usable)
        kernel_timer_set(self->timer, 0);
    return 0;
}

size_t hob_stall_count(void)
{
    return task_current(__func__)->future.loop->stall.count;
}
