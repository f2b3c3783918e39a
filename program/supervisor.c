#include "supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "backoff.h"
#include "hob/log.h"
#include "successor.h"

/* A worker's place: when the worker dies, another one takes it. */
struct place {
    pid_t pid;    /* of its worker; 0 if there is none at the moment */
    bool serves;  /* its worker has said so */
    double since; /* when it was started, on the monotonic clock */
    double due;   /* when the next one is to be */
    size_t early_deaths;
};

/* The process that is to take over from this one. */
struct heir {
    pid_t pid;    /* 0 if there is none */
    int ready;    /* a pipe, with a byte in it when it serves; -1 if it may not any more */
    double limit; /* when it has to */
    bool too_late;
};

struct supervisor {
    const struct supervisor_options *options;
    sigset_t mask;  /* of signals, as this process was started with */
    int signals;    /* a signalfd(2) */
    int serving[2]; /* a pipe, of the processes of workers that serve */
    struct place *places;
    size_t running; /* workers that are not known to have ended */
    struct heir heir;
    double alive;   /* when the service manager was told so last, on the monotonic clock */
    double limit;   /* when workers that had to stop are killed; INFINITY before */
    bool announced; /* all workers have served at a time */
    bool ending;    /* nobody is replaced */
    bool told;      /* by a signal, to stop */
    bool failed;
};

static double monotonic_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void close_pipe(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static size_t number_of(const struct supervisor *self, const struct place *place)
{
    return (size_t)(place - self->places) + 1;
}

static struct place *find_place(const struct supervisor *self, pid_t pid)
{
    for (size_t i = 0; i < self->options->workers; i++) {
        if (self->places[i].pid == pid)
            return &self->places[i];
    }
    return NULL;
}

static void signal_workers(const struct supervisor *self, int signal)
{
    for (size_t i = 0; i < self->options->workers; i++) {
        if (self->places[i].pid > 0)
            kill(self->places[i].pid, signal);
    }
}

/*
 * The end.
 */

/* Seconds that workers get on top of their grace, to write their logs and to exit. */
#define MARGIN 3

/*
 * Has the workers finish what is in progress. Nobody accepts who connects from now on, so this
 * process must not keep the sockets either.
 */
static void end(struct supervisor *self, int signal)
{
    self->ending = true;
    self->limit = monotonic_seconds() + self->options->notifier->grace + MARGIN;
    notify_stopping(self->options->notifier);
    signal_workers(self, signal);
    sockets_close(self->options->sockets);
}

/* One that cannot take over any more has to go. What became of it is logged when it is gone. */
static void reject_heir(struct heir *heir)
{
    kill(heir->pid, SIGKILL);
    close_pipe(&heir->ready);
}

/*
 * Workers that are told to stop let nobody into the queues of the sockets any more. As long as the
 * process before this one serves from these, they have to leave instead.
 */
static void end_service(struct supervisor *self)
{
    if (!self->ending)
        end(self, self->options->sockets->predecessor < 0 ? SIGUSR1 : SIGUSR2);
    if (self->heir.ready >= 0)
        reject_heir(&self->heir);
}

/* One that hangs ends by nothing else, and would keep this process for ever. */
static void kill_late_workers(struct supervisor *self)
{
    if (monotonic_seconds() < self->limit)
        return;
    hob_log(
        HOB_LOG_ERROR, "%zu workers have not ended %d s after their grace, and are killed",
        self->running, MARGIN);
    signal_workers(self, SIGKILL);
    self->limit = INFINITY;
}

static void stop(struct supervisor *self, int signal)
{
    if (self->told) {
        signal_workers(self, SIGKILL);
        _exit(128 + signal);
    }
    hob_log(
        HOB_LOG_INFO, "stopping: %zu workers finish what they cook; another signal stops at once",
        self->running);
    self->told = true;
    end_service(self);
}

/*
 * Workers.
 */

/* In the new process: of what the supervisor has, it keeps the sockets and the way to answer. */
static int become_worker(struct supervisor *self, size_t number, pid_t supervisor)
{
    const struct supervisor_options *options = self->options;
    struct worker worker = {
        .number = number,
        .count = options->workers,
        .supervisor = supervisor,
        .serves = self->serving[1],
    };
    close(self->signals);
    close(self->serving[0]);
    close_pipe(&self->heir.ready);
    close_pipe(&options->sockets->predecessor);
    free(self->places);
    int err = worker_begin(&worker, &self->mask);
    if (err < 0) {
        hob_log(HOB_LOG_ERROR, "worker %zu: %s", number, strerror(-err));
        return EXIT_FAILURE;
    }
    return options->work(&worker, options->context);
}

/* Decides on another worker for a place whose worker is gone, for a reason that is to be logged. */
static void replace_later(struct supervisor *self, struct place *place, const char *reason)
{
    double now = monotonic_seconds();
    double delay = backoff_after_death(&place->early_deaths, now - place->since);
    place->due = now + delay;
    if (delay > 0)
        hob_log(HOB_LOG_WARN, "%s; it is replaced in %.1f s", reason, delay);
    else if (delay == 0)
        hob_log(HOB_LOG_WARN, "%s; it is replaced", reason);
    else {
        hob_log(
            HOB_LOG_ERROR, "%s, and is the %dth in a row that did not live for %d s: giving up",
            reason, EARLY_DEATHS_LIMIT, DIES_YOUNG);
        self->failed = true;
        end_service(self);
    }
}

static void start_worker(struct supervisor *self, struct place *place)
{
    size_t number = number_of(self, place);
    pid_t supervisor = getpid();
    place->since = monotonic_seconds();
    pid_t pid = fork();
    if (pid == 0)
        exit(become_worker(self, number, supervisor));
    if (pid < 0) {
        char reason[128];
        snprintf(reason, sizeof(reason), "worker %zu: no process: %s", number, strerror(errno));
        replace_later(self, place, reason);
        return;
    }
    place->pid = pid;
    self->running++;
    hob_log(
        HOB_LOG_INFO, "worker %zu of %zu: process %d", number, self->options->workers, (int)pid);
}

static void start_workers(struct supervisor *self)
{
    double now = monotonic_seconds();
    for (size_t i = 0; i < self->options->workers && !self->ending; i++) {
        if (self->places[i].pid == 0 && self->places[i].due <= now)
            start_worker(self, &self->places[i]);
    }
}

static void lose_worker(struct supervisor *self, struct place *place, int status)
{
    char reason[128];
    int length = snprintf(
        reason, sizeof(reason), "worker %zu: process %d ", number_of(self, place), (int)place->pid);
    snprintf(
        reason + length, sizeof(reason) - (size_t)length,
        WIFSIGNALED(status) ? "was ended by signal %d" : "exited with status %d",
        WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    place->pid = 0;
    place->serves = false;
    self->running--;
    if (!self->ending)
        replace_later(self, place, reason);
    else if (status != 0) {
        hob_log(HOB_LOG_ERROR, "%s instead of stopping", reason);
        self->failed = true;
    }
}

static bool all_serve(const struct supervisor *self)
{
    for (size_t i = 0; i < self->options->workers; i++) {
        if (!self->places[i].serves)
            return false;
    }
    return true;
}

static void announce(struct supervisor *self)
{
    sockets_print(self->options->sockets);
    successor_tell_predecessor(self->options->sockets);
    notify_ready(self->options->notifier);
    self->announced = true;
}

static void hear_workers(struct supervisor *self)
{
    pid_t pid;
    while (read(self->serving[0], &pid, sizeof(pid)) == (ssize_t)sizeof(pid)) {
        struct place *place = find_place(self, pid); /* none if it has died since */
        if (place)
            place->serves = true;
    }
    if (!self->announced && !self->ending && all_serve(self))
        announce(self);
}

/*
 * The process that takes over.
 */

static void start_heir(struct supervisor *self)
{
    const struct supervisor_options *options = self->options;
    struct heir *heir = &self->heir;
    if (self->ending) {
        hob_log(HOB_LOG_WARN, "upgrade: too late: this process is stopping");
        return;
    }
    if (heir->pid > 0) {
        hob_log(HOB_LOG_WARN, "upgrade: process %d is about to take over already", (int)heir->pid);
        return;
    }
    *heir = (struct heir){.ready = -1, .limit = monotonic_seconds() + SUCCESSOR_PATIENCE};
    pid_t pid = successor_start(options->argv, options->sockets, &self->mask, &heir->ready);
    heir->pid = pid > 0 ? pid : 0;
}

static void hand_over(struct supervisor *self)
{
    hob_log(HOB_LOG_INFO, "upgrade: process %d has taken over", (int)self->heir.pid);
    notify_successor(self->options->notifier, self->heir.pid);
    close_pipe(&self->heir.ready);
    self->heir.pid = 0;
    end(self, SIGUSR2);
}

static void hear_heir(struct supervisor *self)
{
    struct heir *heir = &self->heir;
    char byte;
    if (heir->ready < 0)
        return;
    ssize_t length = read(heir->ready, &byte, sizeof(byte));
    heir->too_late = length < 0 && monotonic_seconds() >= heir->limit;
    if (length == 0 || heir->too_late)
        reject_heir(heir);
    else if (length == 1)
        hand_over(self);
}

static void lose_heir(struct supervisor *self, int status)
{
    struct heir *heir = &self->heir;
    if (self->ending)
        hob_log(HOB_LOG_WARN, "upgrade: process %d is stopped as well", (int)heir->pid);
    else
        successor_log_failure(heir->pid, status, heir->too_late);
    close_pipe(&heir->ready);
    heir->pid = 0;
}

/*
 * What happens.
 */

/* As process 1, others may be left to this one, which are of no interest. */
static void bury_the_dead(struct supervisor *self)
{
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
        struct place *place = find_place(self, pid);
        if (place)
            lose_worker(self, place, status);
        else if (pid == self->heir.pid)
            lose_heir(self, status);
    }
}

static void take_signals(struct supervisor *self)
{
    struct signalfd_siginfo signal;
    while (read(self->signals, &signal, sizeof(signal)) == (ssize_t)sizeof(signal)) {
        if (signal.ssi_signo == SIGCHLD)
            bury_the_dead(self);
        else if (signal.ssi_signo == SIGHUP)
            signal_workers(self, SIGHUP);
        else if (signal.ssi_signo == SIGUSR2)
            start_heir(self);
        else
            stop(self, (int)signal.ssi_signo);
    }
}

/* Twice in the time, as sd_watchdog_enabled(3) recommends; INFINITY if nobody waits for it. */
static double next_sign_of_life(const struct supervisor *self)
{
    double watchdog = self->options->notifier->watchdog;
    return self->announced && watchdog > 0 ? self->alive + watchdog / 2 : INFINITY;
}

static void give_sign_of_life(struct supervisor *self)
{
    double now = monotonic_seconds();
    if (now < next_sign_of_life(self))
        return;
    notify_alive(self->options->notifier);
    self->alive = now;
}

/* When there is something to be done without being told; INFINITY for never. */
static double next_due(const struct supervisor *self)
{
    double due = fmin(next_sign_of_life(self), self->limit);
    for (size_t i = 0; i < self->options->workers && !self->ending; i++) {
        if (self->places[i].pid == 0)
            due = fmin(due, self->places[i].due);
    }
    if (self->heir.ready >= 0)
        due = fmin(due, self->heir.limit);
    return due;
}

static void wait_for_news(const struct supervisor *self)
{
    double seconds = next_due(self) - monotonic_seconds();
    struct pollfd sources[] = {
        {.fd = self->signals, .events = POLLIN},
        {.fd = self->serving[0], .events = POLLIN},
        {.fd = self->heir.ready, .events = POLLIN}, /* none if it is -1 */
    };
    int timeout = isinf(seconds) ? -1 : (int)ceil(fmax(seconds, 0) * 1000);
    poll(sources, sizeof(sources) / sizeof(sources[0]), timeout);
}

static void supervise(struct supervisor *self)
{
    while (!self->ending || self->running > 0 || self->heir.pid > 0) {
        start_workers(self);
        wait_for_news(self);
        hear_workers(self);
        hear_heir(self);
        take_signals(self);
        kill_late_workers(self);
        give_sign_of_life(self);
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
    if (self->options->takes_hangups)
        sigaddset(&signals, SIGHUP);
    signal(SIGCHLD, SIG_DFL); /* whoever started us may have ignored it, and then none comes */
    self->signals = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
    sigaddset(&signals, SIGUSR1); /* a worker may be told to stop before it knows how */
    pthread_sigmask(SIG_BLOCK, &signals, &self->mask);
    return self->signals < 0 ? -errno : 0;
}

static int supervisor_init(struct supervisor *self, const struct supervisor_options *options)
{
    *self = (struct supervisor){
        .options = options,
        .heir = {.ready = -1},
        .limit = INFINITY,
        .places = calloc(options->workers, sizeof(*self->places)),
    };
    if (!self->places)
        return -ENOMEM;
    if (pipe2(self->serving, O_CLOEXEC | O_NONBLOCK) < 0)
        return -errno;
    return open_signals(self);
}

int supervisor_run(const struct supervisor_options *options)
{
    struct supervisor self;
    options->notifier->may_block = true;
    int err = supervisor_init(&self, options);
    if (err < 0)
        fprintf(stderr, "hob: no workers can be started: %s\n", strerror(-err));
    else
        supervise(&self);
    free(self.places);
    return err < 0 || self.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
