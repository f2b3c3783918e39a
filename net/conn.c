#include "conn.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "diagnostics/misuse.h"
#include "error.h"
#include "runtime/task.h"

static hob_conn *allocate(int fd, const union peer *peer, const char *name)
{
    size_t length = strlen(name);
    hob_conn *self = malloc(sizeof(*self) + length + 1);
    if (!self)
        return NULL;
    *self = (hob_conn){.fd = fd, .peer = *peer};
    memcpy(self->name, name, length + 1);
    return self;
}

hob_conn *conn_new(int fd, const union peer *peer, const char *name)
{
    hob_conn *self = allocate(fd, peer, name);
    if (!self)
        close(fd);
    return self;
}

hob_conn *conn_rename(hob_conn *conn, const char *name)
{
    size_t length = strlen(name);
    hob_conn *renamed = realloc(conn, sizeof(*conn) + length + 1);
    if (renamed)
        memcpy(renamed->name, name, length + 1);
    return renamed;
}

hob_conn *conn_lend(int fd, const union peer *peer, struct tls_stream *tls)
{
    hob_conn *self = allocate(fd, peer, "the client"); /* to format its address takes much stack */
    if (self) {
        self->tls = tls;
        self->lent = true;
    }
    return self;
}

int conn_set_early(hob_conn *conn, const char *data, size_t size)
{
    assert(!conn->early);
    if (size == 0)
        return 0;
    conn->early = malloc(size);
    if (!conn->early)
        return -ENOMEM;
    memcpy(conn->early, data, size);
    conn->early_size = size;
    return 0;
}

void conn_free(void *conn)
{
    hob_conn *self = conn;
    hob_watch_free(self->watch);
    free(self->early);
    free(self);
}

void hob_conn_close(hob_conn *conn)
{
    if (!conn)
        return;
    if (conn->lent)
        misuse(__func__, "the connection ends with the handler that has taken it over");
    if (conn->tls)
        conn->tls->functions->close(conn->tls);
    int fd = conn->fd;
    conn_free(conn);
    close(fd);
}

int hob_conn_fd(const hob_conn *conn)
{
    return conn->fd;
}

int hob_conn_peer(const hob_conn *conn, char *text, size_t size)
{
    return peer_format(&conn->peer, text, size);
}

const char *hob_conn_protocol(const hob_conn *conn)
{
    return conn->tls ? conn->tls->functions->protocol(conn->tls) : NULL;
}

void hob_conn_error(const hob_conn *conn, hob_error *error)
{
    bool by_tls = conn->tls && (conn->err == -EPROTO || conn->err == -EKEYREJECTED);
    const char *reason = by_tls ? conn->tls->functions->reason(conn->tls) : NULL;
    if (conn->err == 0)
        error_set(error, "%s", "");
    else
        error_set(
            error, "%s %s: %s", conn->failure, conn->name, reason ? reason : strerror(-conn->err));
}

/* Stores the description of a failed call. Returns the result. */
static int note(hob_conn *self, const char *action, int result)
{
    if (result < 0) {
        self->err = result;
        self->failure = action;
    }
    return result;
}

/*
 * Each call that may wait calls this first. Returns 0 or the error that interrupts the coroutine.
 */
static int begin(const char *call)
{
    struct task *task = task_current(call);
    task_yield_sometimes(task);
    return task_interrupted(task);
}

/* Waits for POLLIN or POLLOUT. */
static int wait_for(hob_conn *self, short events)
{
    if (!self->watch)
        self->watch = hob_watch_new(self->fd);
    if (!self->watch)
        return -ENOMEM;
    return hob_await(
        events == POLLIN ? hob_watch_readable(self->watch) : hob_watch_writable(self->watch));
}

/*
 * Reading. Functions that try return -EAGAIN and set *events to the events to wait for.
 */

/* Reads bytes that the owner of the socket has received. */
static int read_early(hob_conn *self, void *data, size_t size, bool peek)
{
    size_t left = self->early_size - self->early_read;
    size_t length = size < left ? size : left;
    memcpy(data, self->early + self->early_read, length);
    if (peek)
        return (int)length;
    self->early_read += length;
    if (length == left) {
        free(self->early);
        self->early = NULL;
    }
    return (int)length;
}

static int try_read(hob_conn *self, void *data, size_t size, bool peek, short *events)
{
    ssize_t length;
    if (self->early)
        return read_early(self, data, size, peek);
    if (self->tls) {
        length = self->tls->functions->read(self->tls, data, size, peek, events);
    } else {
        *events = POLLIN;
        do
            length = recv(self->fd, data, size, peek ? MSG_PEEK : 0);
        while (length < 0 && errno == EINTR);
        length = length < 0 ? -errno : length;
    }
    if (self->received && length > 0 && !peek)
        *self->received += (uint64_t)length;
    return (int)length;
}

int hob_conn_read(hob_conn *conn, void *data, size_t size)
{
    int err = begin(__func__);
    size = size < INT_MAX ? size : INT_MAX;
    while (err == 0) {
        short events;
        int length = try_read(conn, data, size, false, &events);
        if (length != -EAGAIN)
            return note(conn, "reading from", length);
        err = wait_for(conn, events);
    }
    return note(conn, "reading from", err);
}

int hob_conn_try_read(hob_conn *conn, void *data, size_t size)
{
    short events;
    int length = try_read(conn, data, size < INT_MAX ? size : INT_MAX, false, &events);
    return length == -EAGAIN ? length : note(conn, "reading from", length);
}

hob_future *hob_conn_readable(hob_conn *conn)
{
    if (conn->early || (conn->tls && conn->tls->functions->has_input(conn->tls)))
        return hob_timer(0);
    if (!conn->watch)
        conn->watch = hob_watch_new(conn->fd);
    return conn->watch ? hob_watch_readable(conn->watch) : NULL;
}

bool hob_conn_is_readable(hob_conn *conn)
{
    char byte;
    short events;
    return try_read(conn, &byte, 1, true, &events) != -EAGAIN;
}

/*
 * Writing.
 */

/* The remaining parts to write. */
struct rest {
    const struct iovec *parts;
    size_t count;
    size_t offset; /* of the rest of the first part */
};

/* Leaves out empty parts at the end: TLS announces to the kernel that more bytes follow a part. */
static void rest_trim(struct rest *self)
{
    while (self->count > 0 && self->parts[self->count - 1].iov_len == 0)
        self->count--;
}

/* Skips this many bytes, and empty parts behind them. */
static void rest_skip(struct rest *self, size_t size)
{
    self->offset += size;
    while (self->count > 0 && self->offset >= self->parts->iov_len) {
        self->offset -= self->parts->iov_len;
        self->parts++;
        self->count--;
    }
}

static int try_write_parts(int fd, const struct rest *rest)
{
    enum { PARTS = 16 };
    struct iovec parts[PARTS];
    size_t count = rest->count < PARTS ? rest->count : PARTS;
    memcpy(parts, rest->parts, count * sizeof(parts[0]));
    parts[0].iov_base = (char *)parts[0].iov_base + rest->offset;
    parts[0].iov_len -= rest->offset;
    const struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};
    ssize_t length = sendmsg(fd, &message, MSG_NOSIGNAL);
    if (length < 0)
        return errno == EINTR ? 0 : -errno;
    return (int)length;
}

/* Writes some of the rest, which is not empty. Returns how many bytes. */
static int try_write(hob_conn *self, const struct rest *rest, short *events)
{
    if (self->tls) {
        const char *data = (const char *)rest->parts->iov_base + rest->offset;
        size_t size = rest->parts->iov_len - rest->offset;
        return self->tls->functions->write(self->tls, data, size, rest->count > 1, events);
    }
    *events = POLLOUT;
    return try_write_parts(self->fd, rest);
}

static void skip_written(const hob_conn *self, struct rest *rest, size_t size)
{
    if (self->sent)
        *self->sent += size;
    rest_skip(rest, size);
}

static int write_all(hob_conn *self, struct rest *rest)
{
    int err = 0;
    rest_trim(rest);
    rest_skip(rest, 0);
    while (err == 0 && rest->count > 0) {
        short events;
        int length = try_write(self, rest, &events);
        if (length >= 0)
            skip_written(self, rest, (size_t)length);
        else
            err = length == -EAGAIN ? wait_for(self, events) : length;
    }
    return err;
}

int hob_conn_writev(hob_conn *conn, const struct iovec *parts, size_t count)
{
    struct rest rest = {.parts = parts, .count = count};
    int err = begin(__func__);
    if (err == 0) {
        err = conn->unwritable ? -EPIPE : write_all(conn, &rest);
        conn->unwritable = err < 0;
    }
    return note(conn, "writing to", err);
}

int hob_conn_write(hob_conn *conn, const void *data, size_t size)
{
    struct iovec part = {.iov_len = size};
    memcpy(&part.iov_base, &data, sizeof(data)); /* which is not const, though it is only read */
    return hob_conn_writev(conn, &part, 1);
}

static int try_shutdown(hob_conn *self, short *events)
{
    if (self->tls)
        return self->tls->functions->shutdown(self->tls, events);
    return shutdown(self->fd, SHUT_WR) < 0 ? -errno : 0;
}

int hob_conn_shutdown(hob_conn *conn)
{
    short events = 0;
    int err;
    while ((err = try_shutdown(conn, &events)) == -EAGAIN) {
        err = wait_for(conn, events);
        if (err < 0)
            break;
    }
    return note(conn, "ending the output to", err);
}

/*
 * TLS.
 */

static int shake_hands(hob_conn *self)
{
    int err;
    short events;
    while ((err = self->tls->functions->handshake(self->tls, &events)) == -EAGAIN) {
        err = wait_for(self, events);
        if (err < 0)
            break;
    }
    return err;
}

int conn_start_tls(hob_conn *conn, hob_tls *tls, const struct tls_peer *peer)
{
    int err = tls->functions->connect(tls, conn->fd, peer, &conn->tls);
    if (err == 0)
        err = shake_hands(conn);
    return note(conn, "connecting to", err);
}
