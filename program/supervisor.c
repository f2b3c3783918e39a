#include "supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backoff.h"
#include "child.h"
#include "hob/log.h"
#include "hob/runtime.h"
#include "restart.h"

/* The place of a worker: when it dies, another one with the same number replaces it. */
struct slot {
    struct child worker;
    bool serves;    /* the worker has reported it */
    bool reloads;   /* it was sent SIGHUP, and has not reported that it has acted on it */
    double started; /* when it was, on the clock of hob_now() */
    double due;     /* when the next worker starts, if there is none */
    size_t early_deaths;
};

/* The descriptors of poll(2), in this order; -1 is ignored. */
enum { POLL_SIGNALS, POLL_RESTART, POLL_WORKERS };

struct supervisor {
    const struct supervisor_options *options;
    int signals; /* a signalfd(2) */
    struct slot *slots;
    struct pollfd *polled; /* POLL_WORKERS and one for each slot */
    size_t running;        /* workers whose end is not known */
    struct restart restart;
    double restart_deadline; /* of the new process */
    double notified;         /* when WATCHDOG=1 was sent last */
    double kill_time;        /* when workers that had to stop are killed; INFINITY before */
    bool announced;          /* all workers have served at a time */
    bool reloading;          /* RELOADING=1 was sent, and READY=1 was not */
    bool ending;             /* workers are not replaced any more */
    bool signalled;          /* to stop */
    bool failed;
};

static size_t slot_number(const struct supervisor *self, const struct slot *slot)
{
    return (size_t)(slot - self->slots) + 1;
}

static void signal_workers(const struct supervisor *self, int signal)
{
    for (size_t i = 0; i < self->options->workers; i++) {
        if (self->slots[i].worker.pid > 0)
            kill(self->slots[i].worker.pid, signal);
    }
}

/*
 * The end.
 */

/* Seconds that workers get on top of the grace, to write their logs and to exit. */
#define MARGIN 3

/*
 * Makes the workers finish their requests. This service accepts no more clients, so the supervisor
 * closes its sockets too.
 */
static void stop_workers(struct supervisor *self, int signal)
{
    self->ending = true;
    self->kill_time = hob_now() + self->options->notifier->grace + MARGIN;
    notify_stopping(self->options->notifier);
    signal_workers(self, signal);
    sockets_close(self->options->sockets);
}

/*
 * Ends the service. The workers shut the sockets (SIGUSR1), unless the old process of a restart,
 * which has not got a report yet, still serves from them (SIGUSR2).
 */
static void end_service(struct supervisor *self)
{
    if (!self->ending)
        stop_workers(self, self->options->sockets->ready < 0 ? SIGUSR1 : SIGUSR2);
    restart_cancel(&self->restart);
}

/* Otherwise the supervisor would wait for a hanging worker without end. */
static void kill_late_workers(struct supervisor *self)
{
    if (hob_now() < self->kill_time)
        return;
    hob_log(
        HOB_LOG_ERROR, "%zu workers have not exited %d s after the grace, and are killed",
        self->running, MARGIN);
    signal_workers(self, SIGKILL);
    self->kill_time = INFINITY;
}

static void handle_stop_signal(struct supervisor *self, int signal)
{
    if (self->signalled) {
        signal_workers(self, SIGKILL);
        _exit(128 + signal);
    }
    hob_log(
        HOB_LOG_INFO, "stopping: %zu workers finish their requests; another signal stops at once",
        self->running);
    self->signalled = true;
    end_service(self);
}

/*
 * Workers.
 */

/* In the new process, which keeps the sockets and the writing end of its pipe. */
_Noreturn static void become_worker(struct supervisor *self, struct worker *worker, int ready)
{
    const struct supervisor_options *options = self->options;
    close(self->signals);
    for (size_t i = 0; i < options->workers; i++)
        child_forget(&self->slots[i].worker);
    child_forget(&self->restart.process);
    if (options->sockets->ready >= 0)
        close(options->sockets->ready);
    options->sockets->ready = ready;
    free(self->slots);
    free(self->polled);
    int err = worker_init(worker, &self->restart.mask);
    if (err == 0)
        exit(options->run_worker(worker, options->context));
    hob_log(HOB_LOG_ERROR, "worker %zu: %s", worker->number, strerror(-err));
    exit(EXIT_FAILURE);
}

/* Schedules the next worker of a slot, and logs why the last one is gone. */
static void schedule_worker(struct supervisor *self, struct slot *slot, const char *reason)
{
    double now = hob_now();
    double delay = backoff_after_death(&slot->early_deaths, now - slot->started);
    slot->due = now + delay;
    if (delay > 0)
        hob_log(HOB_LOG_WARN, "%s; it is replaced in %.1f s", reason, delay);
    else if (delay == 0)
        hob_log(HOB_LOG_WARN, "%s; it is replaced", reason);
    else {
        hob_log(
            HOB_LOG_ERROR, "%s, and is the %dth in a row that lived for less than %d s: giving up",
            reason, EARLY_DEATHS_LIMIT, EARLY_DEATH);
        self->failed = true;
        end_service(self);
    }
}

static void start_worker(struct supervisor *self, struct slot *slot)
{
    struct worker worker = {
        .number = slot_number(self, slot),
        .count = self->options->workers,
        .supervisor = getpid(),
    };
    int ready;
    slot->started = hob_now();
    pid_t pid = child_fork(&slot->worker, &ready);
    if (pid == 0)
        become_worker(self, &worker, ready);
    if (pid < 0) {
        char reason[128];
        snprintf(
            reason, sizeof(reason), "worker %zu: no process: %s", worker.number, strerror(-pid));
        schedule_worker(self, slot, reason);
        return;
    }
    self->running++;
    hob_log(HOB_LOG_INFO, "worker %zu of %zu: process %d", worker.number, worker.count, (int)pid);
}

static void start_due_workers(struct supervisor *self)
{
    double now = hob_now();
    for (size_t i = 0; i < self->options->workers && !self->ending; i++) {
        if (self->slots[i].worker.pid == 0 && self->slots[i].due <= now)
            start_worker(self, &self->slots[i]);
    }
}

static void handle_death(struct supervisor *self, struct slot *slot, int status)
{
    char end[CHILD_END_SIZE];
    char reason[128];
    child_describe_end(status, end);
    snprintf(
        reason, sizeof(reason), "worker %zu: process %d %s", slot_number(self, slot),
        (int)slot->worker.pid, end);
    child_forget(&slot->worker);
    slot->serves = slot->reloads = false;
    self->running--;
    if (!self->ending)
        schedule_worker(self, slot, reason);
    else if (status != 0) {
        hob_log(HOB_LOG_ERROR, "%s instead of stopping", reason);
        self->failed = true;
    }
}

static bool all_serve(const struct supervisor *self)
{
    for (size_t i = 0; i < self->options->workers; i++) {
        if (!self->slots[i].serves)
            return false;
    }
    return true;
}

/* Reports that the service serves: on standard output, to the parent, to the service manager. */
static void announce(struct supervisor *self)
{
    sockets_print(self->options->sockets);
    child_report_last(&self->options->sockets->ready);
    notify_ready(self->options->notifier);
    self->announced = true;
}

static void read_reports(struct supervisor *self)
{
    for (size_t i = 0; i < self->options->workers; i++) {
        struct slot *slot = &self->slots[i];
        if (slot->worker.ready < 0 || child_read_report(&slot->worker) != CHILD_REPORTED)
            continue;
        if (slot->serves)
            slot->reloads = false;
        slot->serves = true;
    }
    if (!self->announced && !self->ending && all_serve(self))
        announce(self);
}

/*
 * SIGHUP.
 */

static void start_reload(struct supervisor *self)
{
    notify_reloading(self->options->notifier);
    self->reloading = true;
    for (size_t i = 0; i < self->options->workers; i++)
        self->slots[i].reloads = self->slots[i].worker.pid > 0;
    signal_workers(self, SIGHUP);
}

/* Workers that have died, or were started since, need not report. */
static void check_reload(struct supervisor *self)
{
    bool reloads = false;
    for (size_t i = 0; i < self->options->workers; i++)
        reloads = reloads || self->slots[i].reloads;
    if (!self->reloading || reloads)
        return;
    self->reloading = false;
    notify_reloaded(self->options->notifier);
}

/*
 * Restart.
 */

static void start_restart(struct supervisor *self)
{
    if (restart_start(&self->restart, self->ending) == 0)
        self->restart_deadline = hob_now() + RESTART_TIMEOUT;
}

static void finish_restart(struct supervisor *self)
{
    if (restart_finish(&self->restart))
        stop_workers(self, SIGUSR2);
}

static void check_restart(struct supervisor *self)
{
    bool reported = self->polled[POLL_RESTART].revents != 0;
    bool late = hob_now() >= self->restart_deadline;
    if (self->restart.process.pid > 0 && (reported || late))
        finish_restart(self);
}

/*
 * Signals.
 */

static struct slot *find_slot(const struct supervisor *self, pid_t pid)
{
    for (size_t i = 0; i < self->options->workers; i++) {
        if (self->slots[i].worker.pid == pid)
            return &self->slots[i];
    }
    return NULL;
}

/* As process 1, the supervisor also reaps children of other processes. */
static void reap(struct supervisor *self, pid_t pid)
{
    int status;
    struct slot *slot = find_slot(self, pid);
    if (pid == self->restart.process.pid) {
        finish_restart(self); /* reaps it */
        return;
    }
    waitpid(pid, &status, 0);
    if (slot)
        handle_death(self, slot, status);
}

static void reap_children(struct supervisor *self)
{
    siginfo_t child = {.si_pid = 0};
    while (waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) == 0 && child.si_pid > 0) {
        reap(self, child.si_pid);
        child.si_pid = 0;
    }
}

static void handle_signals(struct supervisor *self)
{
    struct signalfd_siginfo signal;
    while (read(self->signals, &signal, sizeof(signal)) == (ssize_t)sizeof(signal)) {
        if (signal.ssi_signo == SIGCHLD)
            reap_children(self);
        else if (signal.ssi_signo == SIGHUP)
            start_reload(self);
        else if (signal.ssi_signo == SIGUSR2)
            start_restart(self);
        else
            handle_stop_signal(self, (int)signal.ssi_signo);
    }
}

/*
 * The loop.
 */

/* Twice in the time, as sd_watchdog_enabled(3) recommends; INFINITY if there is no watchdog. */
static double next_notification(const struct supervisor *self)
{
    double watchdog = self->options->notifier->watchdog;
    return self->announced && watchdog > 0 ? self->notified + watchdog / 2 : INFINITY;
}

static void notify_watchdog(struct supervisor *self)
{
    double now = hob_now();
    if (now < next_notification(self))
        return;
    notify_alive(self->options->notifier);
    self->notified = now;
}

/* When the loop has to wake without an event; INFINITY for never. */
static double next_due(const struct supervisor *self)
{
    double due = fmin(next_notification(self), self->kill_time);
    for (size_t i = 0; i < self->options->workers && !self->ending; i++) {
        if (self->slots[i].worker.pid == 0)
            due = fmin(due, self->slots[i].due);
    }
    if (self->restart.process.pid > 0)
        due = fmin(due, self->restart_deadline);
    return due;
}

static void wait_for_events(struct supervisor *self)
{
    double seconds = next_due(self) - hob_now();
    size_t workers = self->options->workers;
    self->polled[POLL_SIGNALS] = (struct pollfd){.fd = self->signals, .events = POLLIN};
    self->polled[POLL_RESTART] =
        (struct pollfd){.fd = self->restart.process.ready, .events = POLLIN};
    for (size_t i = 0; i < workers; i++)
        self->polled[POLL_WORKERS + i] =
            (struct pollfd){.fd = self->slots[i].worker.ready, .events = POLLIN};
    poll(
        self->polled, POLL_WORKERS + workers,
        isinf(seconds) ? -1 : (int)ceil(fmax(seconds, 0) * 1000));
}

static void supervise(struct supervisor *self)
{
    while (!self->ending || self->running > 0) {
        start_due_workers(self);
        wait_for_events(self);
        read_reports(self);
        check_restart(self);
        handle_signals(self);
        check_reload(self);
        kill_late_workers(self);
        notify_watchdog(self);
    }
}

/*
 * Beginning.
 */

static int open_signals(struct supervisor *self)
{
    static const int taken[] = {SIGCHLD, SIGINT, SIGTERM, SIGUSR2};
    sigset_t signals;
    sigemptyset(&signals);
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
        sigaddset(&signals, taken[i]);
    if (self->options->passes_hangups)
        sigaddset(&signals, SIGHUP);
    signal(SIGCHLD, SIG_DFL); /* if the parent process ignores it, it does not come */
    self->signals = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
    sigaddset(&signals, SIGUSR1); /* a worker may be stopped before it reads its signals */
    pthread_sigmask(SIG_BLOCK, &signals, &self->restart.mask);
    return self->signals < 0 ? -errno : 0;
}

static int supervisor_init(struct supervisor *self, const struct supervisor_options *options)
{
    *self = (struct supervisor){
        .options = options,
        .restart =
            {
                .argv = options->argv,
                .sockets = options->sockets,
                .notifier = options->notifier,
                .process = CHILD_NONE,
            },
        .kill_time = INFINITY,
        .slots = calloc(options->workers, sizeof(*self->slots)),
        .polled = calloc(POLL_WORKERS + options->workers, sizeof(*self->polled)),
    };
    if (!self->slots || !self->polled)
        return -ENOMEM;
    for (size_t i = 0; i < options->workers; i++)
        self->slots[i].worker = CHILD_NONE;
    return open_signals(self);
}

int supervisor_run(const struct supervisor_options *options)
{
    struct supervisor self;
    options->notifier->blocking = true;
    int err = supervisor_init(&self, options);
    if (err < 0)
        fprintf(stderr, "hob: no workers can be started: %s\n", strerror(-err));
    else
        supervise(&self);
    free(self.slots);
    free(self.polled);
    return err < 0 || self.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
