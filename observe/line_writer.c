#include "line_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "hob/log.h"
#include "hob/text.h"

/*
 * Seconds that lines wait for others to be written with them, unless there are many: to wake the
 * thread for each line would cost more than all else.
 */
#define GATHERING 0.02
/* Seconds between two messages about lines that were lost. */
#define SILENCE   1
#define FILE_MODE 0640

struct lines {
    char *text; /* of `capacity` bytes */
    size_t length;
};

struct line_writer {
    const char *name;
    char *path; /* NULL: standard output */
    size_t capacity;
    pthread_t thread;
    atomic_uint_fast64_t lost;

    pthread_mutex_t lock;
    pthread_cond_t changed; /* there is something to do for the thread, or it has ended */
    struct lines filling; /* what was put since the thread looked last. This and the rest: locked */
    bool reopening;
    bool ending;
    bool ended;

    /* The thread's own. */
    struct lines writing;
    int fd;
    size_t piece_limit; /* bytes for one write(2) */
    bool torn;          /* the last line was written in part */
    bool failing;       /* the last write failed, and the log says so */
    uint64_t told;      /* how many lost lines the log knows of */
    double told_at;
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

static struct timespec from_now(double seconds)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return add_seconds(now, seconds);
}

/*
 * The file.
 */

/* Pipes take PIPE_BUF bytes as a whole: lines of several writers do not mix then (pipe(7)). */
static size_t limit_of_pieces(int fd)
{
    struct stat stat;
    return fstat(fd, &stat) == 0 && S_ISFIFO(stat.st_mode) ? PIPE_BUF : SIZE_MAX;
}

/* Not blocking until it is open: a pipe would have it wait for a reader. */
static int open_file(const char *path)
{
    int fd =
        open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, FILE_MODE);
    if (fd < 0)
        return -errno;
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    return fd;
}

static void reopen(struct line_writer *self)
{
    int fd = open_file(self->path);
    if (fd < 0) {
        hob_log(
            HOB_LOG_ERROR, "%s: cannot open %s again: %s; it goes on in the old file", self->name,
            self->path, strerror(-fd));
        return;
    }
    close(self->fd);
    self->fd = fd;
    self->piece_limit = limit_of_pieces(fd);
    self->torn = false;
    hob_log(HOB_LOG_INFO, "%s: %s is open again", self->name, self->path);
}

/*
 * Writing.
 */

/* Whoever shares the descriptor may have made it non-blocking. */
static void wait_for_room(int fd)
{
    struct pollfd sink = {.fd = fd, .events = POLLOUT};
    poll(&sink, 1, -1);
}

/* Returns how much was written; if that is not all, sets *err to why. */
static size_t write_piece(int fd, const char *text, size_t size, int *err)
{
    size_t done = 0;
    while (done < size) {
        ssize_t written = write(fd, text + done, size - done);
        if (written >= 0) {
            done += (size_t)written;
        } else if (errno == EAGAIN) {
            wait_for_room(fd);
        } else if (errno != EINTR) {
            *err = -errno;
            break;
        }
    }
    return done;
}

/* As many whole lines as go into one piece, or one that is longer. */
static size_t next_piece(const char *text, size_t size, size_t limit)
{
    if (size <= limit)
        return size;
    const char *end = memrchr(text, '\n', limit);
    if (!end)
        end = memchr(text, '\n', size);
    return (size_t)(end - text) + 1;
}

static uint64_t count_lines(const char *text, size_t size)
{
    uint64_t count = 0;
    for (const char *end = text + size; (text = memchr(text, '\n', (size_t)(end - text))); text++)
        count++;
    return count;
}

static void note_failure(struct line_writer *self, int err, uint64_t lines)
{
    atomic_fetch_add(&self->lost, lines);
    if (!self->failing)
        hob_log(HOB_LOG_ERROR, "%s: cannot be written: %s", self->name, strerror(-err));
    self->failing = true;
}

/* What a full disk has cut off is no beginning for another line. */
static int end_torn_line(struct line_writer *self)
{
    int err = 0;
    if (self->torn && write_piece(self->fd, "\n", 1, &err) == 1)
        self->torn = false;
    return err;
}

static void write_lines(struct line_writer *self)
{
    const char *text = self->writing.text;
    size_t left = self->writing.length;
    int err = end_torn_line(self);
    while (left > 0 && err == 0) {
        size_t size = next_piece(text, left, self->piece_limit);
        size_t done = write_piece(self->fd, text, size, &err);
        text += done;
        left -= done;
        if (done > 0)
            self->torn = text[-1] != '\n';
    }
    if (left > 0)
        note_failure(self, err, count_lines(text, left));
    else if (self->writing.length > 0)
        self->failing = false;
    self->writing.length = 0;
}

static void tell_what_was_lost(struct line_writer *self, bool at_last)
{
    uint64_t lost = atomic_load(&self->lost);
    struct timespec now = from_now(0);
    double seconds = (double)now.tv_sec + (double)now.tv_nsec / 1e9;
    if (lost == self->told || (!at_last && seconds < self->told_at + SILENCE))
        return;
    hob_log(HOB_LOG_WARN, "%s: %" PRIu64 " lines were lost", self->name, lost - self->told);
    self->told = lost;
    self->told_at = seconds;
}

/*
 * The thread.
 */

static bool has_many(const struct line_writer *self)
{
    return self->filling.length >= self->capacity / 2;
}

/* Waits until there is something to do. Locked. */
static void wait_for_work(struct line_writer *self)
{
    while (self->filling.length == 0 && !self->reopening && !self->ending)
        pthread_cond_wait(&self->changed, &self->lock);
    struct timespec end = from_now(GATHERING);
    int err = 0;
    while (err == 0 && !has_many(self) && !self->reopening && !self->ending)
        err = pthread_cond_timedwait(&self->changed, &self->lock, &end);
}

static void announce(struct line_writer *self, bool *what)
{
    pthread_mutex_lock(&self->lock);
    *what = true;
    pthread_cond_signal(&self->changed);
    pthread_mutex_unlock(&self->lock);
}

static void *run(void *arg)
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
        ending = self->ending; /* nothing is put any more: this was the last of it */
        pthread_mutex_unlock(&self->lock);
        if (reopening)
            reopen(self);
        write_lines(self);
        tell_what_was_lost(self, ending);
    } while (!ending);
    announce(self, &self->ended);
    return NULL;
}

/* Signals are for the thread of the loop. */
static int start(struct line_writer *self)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int err = pthread_create(&self->thread, NULL, run, self);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return err ? -EAGAIN : 0;
}

/*
 * The threads that have something to say.
 */

void line_writer_put(struct line_writer *self, const char *line, size_t length)
{
    pthread_mutex_lock(&self->lock);
    struct lines *filling = &self->filling;
    bool fits = length <= self->capacity - filling->length;
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
        announce(self, &self->reopening);
}

uint64_t line_writer_lost(struct line_writer *self)
{
    return atomic_load(&self->lost);
}

/*
 * Opening and closing.
 */

static void writer_free(struct line_writer *self)
{
    if (self->path && self->fd >= 0)
        close(self->fd);
    pthread_cond_destroy(&self->changed);
    pthread_mutex_destroy(&self->lock);
    free(self->filling.text);
    free(self->writing.text);
    free(self->path);
    free(self);
}

static struct line_writer *writer_new(const char *name, const char *path, size_t capacity)
{
    pthread_condattr_t clock;
    struct line_writer *self = calloc(1, sizeof(*self));
    if (!self)
        return NULL;
    pthread_mutex_init(&self->lock, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&self->changed, &clock);
    pthread_condattr_destroy(&clock);
    self->name = name;
    self->capacity = capacity;
    self->fd = -1;
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
    self->fd = path ? open_file(path) : STDOUT_FILENO;
    self->piece_limit = limit_of_pieces(self->fd);
    int err = self->fd < 0 ? self->fd : start(self);
    if (err < 0) {
        writer_free(self);
        return err;
    }
    *writer = self;
    return 0;
}

/* Waits until the thread has ended. Returns false if that takes longer. */
static bool wait_for_end(struct line_writer *self, double patience)
{
    struct timespec end = from_now(patience);
    int err = 0;
    pthread_mutex_lock(&self->lock);
    while (err == 0 && !self->ended)
        err = pthread_cond_timedwait(&self->changed, &self->lock, &end);
    bool ended = self->ended;
    pthread_mutex_unlock(&self->lock);
    return ended;
}

void line_writer_close(struct line_writer *self, double patience)
{
    announce(self, &self->ending);
    if (wait_for_end(self, patience)) {
        pthread_join(self->thread, NULL);
        writer_free(self);
        return;
    }
    hob_log(
        HOB_LOG_WARN, "%s: it is not written to its end: nobody took it for %s s", self->name,
        HOB_NUMBER(patience));
    pthread_detach(self->thread);
}
