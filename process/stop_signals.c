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
 * Two signals within this time are one, in nanoseconds, if the loop has not seen the first by then:
 * timeout(1) sends each of its signals twice in a row.
 */
#define ONE_SIGNAL 20000000

static const int numbers[] = {SIGINT, SIGTERM};
#define COUNT (sizeof(numbers) / sizeof(numbers[0]))

/* The thread that handles the signals. */
static struct {
    pthread_mutex_t lock;
    size_t count; /* of calls that were not released */
    pthread_t thread;
    struct sigaction before[COUNT];
} takers = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Used by the handler, on any thread. */
static struct {
    _Atomic int64_t when; /* the first came, in nanoseconds on CLOCK_MONOTONIC; 0 if none has */
    atomic_int first;     /* its number, a moment later */
    atomic_bool heeded;   /* the loop has seen it */
} came;

/* Ends the process when the loop has not seen the first signal for too long. */
static struct {
    timer_t timer;
    bool usable;
    _Atomic double seconds;
} unheeded;

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
        .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGTERM, .sigev_value.sival_ptr = &came};
    bool made = timer_create(CLOCK_MONOTONIC, &event, timer) == 0;
    if (!made)
        hob_log(HOB_LOG_WARN, "no timer for the end of the process: %s", strerror(errno));
    return made;
}

_Noreturn static void end_for_the_limit(void)
{
    log_enter_handler();
    hob_log(
        HOB_LOG_ERROR,
        "the server does not stop: a handler keeps the thread, or waits for "
        "something that does not end, such as a job of hob_offload(); the process ends");
    _exit(EXIT_FAILURE);
}

/* libev's handler knows no second signal, and its loop may be stuck. */
static void on_signal(int number, siginfo_t *info, void *context)
{
    int err = errno;
    int64_t none = 0;
    int64_t now = nanoseconds();
    (void)context;
    if (info->si_code == SI_TIMER && info->si_value.sival_ptr == &came)
        end_for_the_limit();
    if (atomic_compare_exchange_strong(&came.when, &none, now)) {
        atomic_store(&came.first, number);
        ev_feed_signal(number);
        double seconds = atomic_load(&unheeded.seconds);
        if (unheeded.usable && isfinite(seconds))
            kernel_timer_set(unheeded.timer, seconds);
    } else if (atomic_load(&came.heeded) || now - atomic_load(&came.when) > ONE_SIGNAL) {
        _exit(128 + number);
    }
    errno = err;
}

/* Also ends a program that is process 1 of a container, where default actions do nothing. */
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
        atomic_store(&came.when, 0);
        atomic_store(&came.first, 0);
        atomic_store(&came.heeded, false);
        atomic_store(&unheeded.seconds, 0);
        unheeded.usable = make_timer(&unheeded.timer);
        install(takers.before);
    }
    if (err == 0)
        atomic_store(&unheeded.seconds, fmax(atomic_load(&unheeded.seconds), limit));
    pthread_mutex_unlock(&takers.lock);
    return err;
}

void stop_signals_release(void)
{
    pthread_mutex_lock(&takers.lock);
    if (--takers.count == 0) {
        if (unheeded.usable)
            timer_delete(unheeded.timer); /* first: its signal would end the process */
        unheeded.usable = false;
        for (size_t i = 0; i < COUNT; i++)
            sigaction(numbers[i], &takers.before[i], NULL);
    }
    pthread_mutex_unlock(&takers.lock);
}

/* libev sets its own handler with the first watcher, and the default with the end of the last. */
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
    int first = atomic_load(&came.first);
    if (first)
        ev_feed_event(ev, first == SIGINT ? &self->interrupt : &self->terminate, EV_SIGNAL);
}

void stop_signals_heed(void)
{
    atomic_store(&came.heeded, true);
    if (unheeded.usable)
        kernel_timer_set(unheeded.timer, 0);
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
