#include "line_writer.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hob/log.h"
#include "hob/runtime.h"
#include "hob/text.h"
#include "sink.h"

/*
 * Seconds that lines wait to be written together, unless there are many: a wake-up of the thread
 * for each line would cost more than everything else.
 */
#define BATCH_DELAY 0.02
/* Seconds between two messages about lost lines. */
#define MESSAGE_INTERVAL 1

struct lines {
    char *text; /* of `capacity` bytes */
    size_t length;
};

struct line_writer {
    const char *name;
    char *path; /* NULL for standard output */
    size_t capacity;
    struct line_writer *next; /* in open_writers */
    atomic_uint_fast64_t lost;

    pthread_mutex_t lock;
    pthread_cond_t changed; /* one of the members that follow */
    pthread_t thread;

    /* Guarded by the lock. */
    struct lines filling; /* lines that the thread has not taken yet */
    bool reopening;       /* the thread is to reopen the file */
    bool flushing;        /* a thread waits until all lines are written */
    bool ending;          /* the thread is to end */
    bool started;         /* the thread exists: not in a child of fork(2) */
    bool working;         /* the thread does not wait for work */
    bool ended;

    /* Used by the thread only. */
    struct lines writing;
    struct sink sink;
    bool failing;      /* the last write failed, which is in the log */
    uint64_t reported; /* lost lines that are in the log */
    double reported_at;
};

static struct timespec add_seconds(struct timespec time, double seconds)
{
    const long billion = 1000000000;
    time.tv_sec += (time_t)seconds;
    time.tv_nsec += (long)((seconds - (double)(time_t)seconds) * 1e9);
    time.tv_sec += time.tv_nsec / billion;
    time.tv_nsec %= billion;
    return time;
}

static void init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &clock);
    pthread_condattr_destroy(&clock);
}

static struct timespec from_now(double seconds)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return add_seconds(now, seconds);
}

/*
 * Writing.
 */

static void reopen(struct line_writer *self)
{
    struct sink sink;
    int err = sink_open(&sink, self->path);
    if (err < 0) {
        hob_log(
            HOB_LOG_ERROR, "%s: cannot reopen %s: %s; it continues in the old file", self->name,
            self->path, strerror(-err));
        return;
    }
    sink_close(&self->sink);
    self->sink = sink;
    hob_log(HOB_LOG_INFO, "%s: reopened %s", self->name, self->path);
}

static uint64_t count_lines(const char *text, size_t size)
{
    uint64_t count = 0;
    for (const char *end = text + size; (text = memchr(text, '\n', (size_t)(end - text))); text++)
        count++;
    return count;
}

static void report_failure(struct line_writer *self, int err, uint64_t lines)
{
    atomic_fetch_add(&self->lost, lines);
    if (!self->failing)
        hob_log(HOB_LOG_ERROR, "%s: cannot write: %s", self->name, strerror(-err));
    self->failing = true;
}

static void write_lines(struct line_writer *self)
{
    int err;
    struct lines *lines = &self->writing;
    size_t written = sink_write(&self->sink, lines->text, lines->length, &err);
    if (written < lines->length)
        report_failure(self, err, count_lines(lines->text + written, lines->length - written));
    else if (written > 0)
        self->failing = false;
    lines->length = 0;
}

static void report_lost_lines(struct line_writer *self, bool ending)
{
    uint64_t lost = atomic_load(&self->lost);
    double now = hob_now();
    if (lost == self->reported || (!ending && now < self->reported_at + MESSAGE_INTERVAL))
        return;
    hob_log(HOB_LOG_WARN, "%s: %" PRIu64 " lines were lost", self->name, lost - self->reported);
    self->reported = lost;
    self->reported_at = now;
}

/*
 * The thread.
 */

static bool has_many(const struct line_writer *self)
{
    return self->filling.length >= self->capacity / 2;
}

/* Waits until there is work for the thread. Called with the lock held. */
static void wait_for_work(struct line_writer *self)
{
    self->working = false;
    if (self->flushing)
        pthread_cond_broadcast(&self->changed);
    while (self->filling.length == 0 && !self->reopening && !self->ending)
        pthread_cond_wait(&self->changed, &self->lock);
    struct timespec end = from_now(BATCH_DELAY);
    int err = 0;
    while (err == 0 && !has_many(self) && !self->reopening && !self->ending && !self->flushing)
        err = pthread_cond_timedwait(&self->changed, &self->lock, &end);
    self->working = true;
}

/* Sets a member and wakes all threads that wait. */
static void set_flag(struct line_writer *self, bool *flag)
{
    pthread_mutex_lock(&self->lock);
    *flag = true;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->lock);
}

static void *write_until_end(void *arg)
{
    struct line_writer *self = arg;
    bool ending;
    do {
        pthread_mutex_lock(&self->lock);
        wait_for_work(self);
        const struct lines empty = self->writing;
        self->writing = self->filling;
        self->filling = empty;
        bool reopening = self->reopening;
        self->reopening = false;
        ending = self->ending; /* no lines are put after these */
        pthread_mutex_unlock(&self->lock);
        if (reopening)
            reopen(self);
        write_lines(self);
        report_lost_lines(self, ending);
    } while (!ending);
    set_flag(self, &self->ended);
    return NULL;
}

/* Starts the thread with all signals blocked: the thread of the loop handles them. */
static int start_thread(struct line_writer *self)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int err = pthread_create(&self->thread, NULL, write_until_end, self);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    self->started = err == 0;
    return err ? -EAGAIN : 0;
}

/*
 * The threads that put lines.
 */

void line_writer_put(struct line_writer *self, const char *line, size_t length)
{
    pthread_mutex_lock(&self->lock);
    struct lines *filling = &self->filling;
    bool fits = length <= self->capacity - filling->length;
    if (!self->started) /* in a child of fork(2), as after daemon(3) */
        fits = start_thread(self) == 0 && fits;
    bool wakes = false;
    if (fits) {
        bool had_many = has_many(self);
        wakes = filling->length == 0;
        memcpy(filling->text + filling->length, line, length);
        filling->length += length;
        wakes = wakes || (!had_many && has_many(self));
    }
    pthread_mutex_unlock(&self->lock);
    if (wakes)
        pthread_cond_signal(&self->changed);
    if (!fits)
        atomic_fetch_add(&self->lost, 1);
}

void line_writer_reopen(struct line_writer *self)
{
    if (self->path)
        set_flag(self, &self->reopening);
}

uint64_t line_writer_lost(const struct line_writer *self)
{
    return atomic_load(&self->lost);
}

/* Waits until all lines are written. Returns false on time-out. Called with the lock held. */
static bool flush(struct line_writer *self, double timeout)
{
    struct timespec end = from_now(timeout);
    int err = 0;
    self->flushing = true;
    pthread_cond_broadcast(&self->changed);
    while (err == 0 && (self->filling.length > 0 || self->working))
        err = pthread_cond_timedwait(&self->changed, &self->lock, &end);
    self->flushing = false;
    return err == 0;
}

/*
 * The end of the process, and fork(2): the thread exists neither after exit(3) nor in a child. The
 * functions for atexit(3) and pthread_atfork(3) have no argument, so this list is global.
 */

/* Seconds that exit(3) and fork(2) wait until the lines are written. */
#define EXIT_TIMEOUT 2
#define FORK_TIMEOUT 0.5

static pthread_mutex_t open_lock = PTHREAD_MUTEX_INITIALIZER; /* guards the list */
static struct line_writer *open_writers;

static void warn_of_time_out(const struct line_writer *self, double timeout)
{
    hob_log(
        HOB_LOG_WARN, "%s: the last lines were not written within %s s", self->name,
        HOB_NUMBER(timeout));
}

static void flush_all(void)
{
    pthread_mutex_lock(&open_lock);
    for (struct line_writer *self = open_writers; self; self = self->next) {
        pthread_mutex_lock(&self->lock);
        if (!flush(self, EXIT_TIMEOUT))
            warn_of_time_out(self, EXIT_TIMEOUT);
        pthread_mutex_unlock(&self->lock);
    }
    pthread_mutex_unlock(&open_lock);
}

static void before_fork(void)
{
    pthread_mutex_lock(&open_lock);
    for (struct line_writer *self = open_writers; self; self = self->next) {
        pthread_mutex_lock(&self->lock);
        flush(self, FORK_TIMEOUT);
    }
}

static void after_fork(void)
{
    for (struct line_writer *self = open_writers; self; self = self->next)
        pthread_mutex_unlock(&self->lock);
    pthread_mutex_unlock(&open_lock);
}

/*
 * The parent writes the queued lines. In the child there are neither the thread nor threads that
 * wait for it.
 */
static void after_fork_in_child(void)
{
    for (struct line_writer *self = open_writers; self; self = self->next) {
        self->filling.length = self->writing.length = 0;
        self->started = self->working = false;
        init_condition(&self->changed);
    }
    after_fork();
}

static void register_handlers(void)
{
    atexit(flush_all);
    pthread_atfork(before_fork, after_fork, after_fork_in_child);
}

static void add_to_list(struct line_writer *self)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, register_handlers);
    pthread_mutex_lock(&open_lock);
    self->next = open_writers;
    open_writers = self;
    pthread_mutex_unlock(&open_lock);
}

static void remove_from_list(struct line_writer *self)
{
    struct line_writer **place = &open_writers;
    pthread_mutex_lock(&open_lock);
    while (*place != self)
        place = &(*place)->next;
    *place = self->next;
    pthread_mutex_unlock(&open_lock);
}

/*
 * Opening and closing.
 */

static void writer_free(struct line_writer *self)
{
    sink_close(&self->sink);
    pthread_cond_destroy(&self->changed);
    pthread_mutex_destroy(&self->lock);
    free(self->filling.text);
    free(self->writing.text);
    free(self->path);
    free(self);
}

static struct line_writer *writer_new(const char *name, const char *path, size_t capacity)
{
    struct line_writer *self = calloc(1, sizeof(*self));
    if (!self)
        return NULL;
    pthread_mutex_init(&self->lock, NULL);
    init_condition(&self->changed);
    self->name = name;
    self->capacity = capacity;
    self->filling.text = malloc(capacity);
    self->writing.text = malloc(capacity);
    self->path = path ? strdup(path) : NULL;
    if (self->filling.text && self->writing.text && (self->path || !path))
        return self;
    writer_free(self);
    return NULL;
}

int line_writer_open(
    const char *name, const char *path, size_t capacity, struct line_writer **writer)
{
    struct line_writer *self = writer_new(name, path, capacity);
    if (!self)
        return -ENOMEM;
    int err = sink_open(&self->sink, path);
    if (err == 0)
        err = start_thread(self);
    if (err < 0) {
        writer_free(self);
        return err;
    }
    add_to_list(self);
    *writer = self;
    return 0;
}

/* Waits until the thread has ended. Returns false on time-out. */
static bool wait_for_end(struct line_writer *self, double timeout)
{
    struct timespec end = from_now(timeout);
    int err = 0;
    pthread_mutex_lock(&self->lock);
    while (err == 0 && !self->ended)
        err = pthread_cond_timedwait(&self->changed, &self->lock, &end);
    bool ended = self->ended;
    pthread_mutex_unlock(&self->lock);
    return ended;
}

void line_writer_close(struct line_writer *self, double timeout)
{
    remove_from_list(self);
    set_flag(self, &self->ending);
    if (!self->started) { /* in a child of fork(2) that has put no line */
        writer_free(self);
        return;
    }
    if (wait_for_end(self, timeout)) {
        pthread_join(self->thread, NULL);
        writer_free(self);
        return;
    }
    warn_of_time_out(self, timeout);
    pthread_detach(self->thread);
}
