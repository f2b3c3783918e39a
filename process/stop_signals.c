#include "stop_signals.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log_handler.h"
#include "hob/log.h"
#include "kernel_timer.h"

/*
 * Nanoseconds in which a second signal counts as the first one again, unless the loop has seen that
 * already: timeout(1) sends each of its signals twice in a row.
 */
#define REPEAT_TIME 20000000

static const int numbers[] = {SIGINT, SIGTERM};
#define COUNT (sizeof(numbers) / sizeof(numbers[0]))

/* The calls of stop_signals_take(). */
static struct {
    pthread_mutex_t lock;
    size_t count; /* of calls that were not released */
    pthread_t thread;
    struct sigaction before[COUNT];
} takers = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* The first signal. The handler uses it, on any thread. */
static struct {
    _Atomic int64_t when;     /* in nanoseconds on CLOCK_MONOTONIC; 0 if there was none */
    atomic_int number;        /* set a moment later */
    atomic_bool acknowledged; /* the loop has seen it */
} first;

/* Ends the process if the loop does not acknowledge the first signal in time. */
static struct {
    timer_t timer;
    bool usable;
    _Atomic double seconds;
} limit_of_loop;

static int64_t nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* A timer whose signal ends the process. Returns false if there is none. */
static bool make_timer(timer_t *timer)
{
    struct sigevent event = {
        .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGTERM, .sigev_value.sival_ptr = &first};
    bool made = timer_create(CLOCK_MONOTONIC, &event, timer) == 0;
    if (!made)
        hob_log(HOB_LOG_WARN, "no timer for the end of the process: %s", strerror(errno));
    return made;
}

_Noreturn static void end_process_at_limit(void)
{
    log_enter_handler();
    hob_log(
        HOB_LOG_ERROR,
        "the server does not stop: a handler keeps the thread, or waits for "
        "something that does not end, such as a job of hob_offload(); the process ends");
    _exit(EXIT_FAILURE);
}

/* libev's own handler only wakes the loop, which may be stuck: it could not end the process. */
static void on_signal(int number, siginfo_t *info, void *context)
{
    int err = errno;
    int64_t none = 0;
    int64_t now = nanoseconds();
    (void)context;
    if (info->si_code == SI_TIMER && info->si_value.sival_ptr == &first)
        end_process_at_limit();
    if (atomic_compare_exchange_strong(&first.when, &none, now)) {
        atomic_store(&first.number, number);
        ev_feed_signal(number);
        double seconds = atomic_load(&limit_of_loop.seconds);
        if (limit_of_loop.usable && isfinite(seconds))
            kernel_timer_set(limit_of_loop.timer, seconds);
    } else if (atomic_load(&first.acknowledged) || now - atomic_load(&first.when) > REPEAT_TIME) {
        _exit(128 + number);
    }
    errno = err;
}

/* Needed in a container, where the default action does not end process 1. */
static void install(struct sigaction before[COUNT])
{
    struct sigaction action = {
        .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < COUNT; i++)
        sigaddset(&action.sa_mask, numbers[i]);
    for (size_t i = 0; i < COUNT; i++)
        sigaction(numbers[i], &action, before ? &before[i] : NULL);
}

int stop_signals_take(double limit)
{
    int err = 0;
    pthread_mutex_lock(&takers.lock);
    if (takers.count > 0 && !pthread_equal(takers.thread, pthread_self())) {
        err = -EBUSY;
    } else if (takers.count++ == 0) {
        takers.thread = pthread_self();
        atomic_store(&first.when, 0);
        atomic_store(&first.number, 0);
        atomic_store(&first.acknowledged, false);
        atomic_store(&limit_of_loop.seconds, 0);
        limit_of_loop.usable = make_timer(&limit_of_loop.timer);
        install(takers.before);
    }
    if (err == 0)
        atomic_store(&limit_of_loop.seconds, fmax(atomic_load(&limit_of_loop.seconds), limit));
    pthread_mutex_unlock(&takers.lock);
    return err;
}

void stop_signals_release(void)
{
    pthread_mutex_lock(&takers.lock);
    if (--takers.count == 0) {
        if (limit_of_loop.usable)
            timer_delete(limit_of_loop.timer); /* first: its signal would end the process */
        limit_of_loop.usable = false;
        for (size_t i = 0; i < COUNT; i++)
            sigaction(numbers[i], &takers.before[i], NULL);
    }
    pthread_mutex_unlock(&takers.lock);
}

/*
 * libev sets its own handler for the first watcher, and the default action after the last one. So
 * this blocks the signals meanwhile, and sets the handler again.
 */
static void start_or_stop(
    struct stop_signals *self, struct ev_loop *ev,
    void (*change)(struct ev_loop *ev, ev_signal *watcher))
{
    sigset_t held, before;
    sigemptyset(&held);
    for (size_t i = 0; i < COUNT; i++)
        sigaddset(&held, numbers[i]);
    pthread_sigmask(SIG_BLOCK, &held, &before);
    change(ev, &self->interrupt);
    change(ev, &self->terminate);
    install(NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void stop_signals_watch(
    struct stop_signals *self, struct ev_loop *ev, void (*fn)(struct ev_loop *, ev_signal *, int),
    void *data)
{
    ev_signal_init(&self->interrupt, fn, SIGINT);
    ev_signal_init(&self->terminate, fn, SIGTERM);
    self->interrupt.data = self->terminate.data = data;
    start_or_stop(self, ev, ev_signal_start);
    int number = atomic_load(&first.number);
    if (number)
        ev_feed_event(ev, number == SIGINT ? &self->interrupt : &self->terminate, EV_SIGNAL);
}

void stop_signals_acknowledge(void)
{
    atomic_store(&first.acknowledged, true);
    if (limit_of_loop.usable)
        kernel_timer_set(limit_of_loop.timer, 0);
}

void stop_signals_unwatch(struct stop_signals *self, struct ev_loop *ev)
{
    start_or_stop(self, ev, ev_signal_stop);
}

/*
 * The limit.
 */

void stop_signals_limit(struct stop_signals *self, double seconds)
{
    self->limited = make_timer(&self->limit);
    if (self->limited)
        kernel_timer_set(self->limit, seconds);
}

void stop_signals_unlimit(struct stop_signals *self)
{
    if (self->limited)
        timer_delete(self->limit);
    self->limited = false;
}
