/* The bytes of a connection: what is received, and what is sent. */
#include <assert.h>
#include <errno.h>
#include <math.h>
#include <sys/socket.h>

#include "base/would_block.h"
#include "connection.h"
#include "http2/session.h"
#include "https/https.h"
#include "request.h"

/* After so many reads, a coroutine lets others run: a client may send as fast as it is read. */
#define READS_IN_A_ROW 16

/* The states are in the order in which they follow each other. */
static void set_socket_state(struct connection *self, enum socket_state state)
{
    if (self->socket < state)
        self->socket = state;
}

void connection_break(struct connection *self)
{
    set_socket_state(self, SOCKET_BROKEN);
    shutdown(self->readable.fd, SHUT_RDWR);
    ev_io_start(connection_loop(self), &self->readable); /* it stops when too much is kept */
}

void connection_abandon(struct connection *self)
{
    set_socket_state(self, SOCKET_ABANDONED);
}

/*
 * Waiting for the socket.
 */

static void on_patience_over(struct ev_loop *ev, ev_timer *watcher, int events)
{
    (void)ev;
    (void)events;
    future_complete(watcher->data, -ETIME);
}

int connection_wait(struct connection *self, hob_future **slot, struct patience *patience)
{
    static const struct future_kind io_kind = {.cancel = future_complete};
    hob_future ready;
    ev_timer limit;
    assert(!self->input && !self->sent);
    double now = hob_now();
    if (patience->until == 0)
        patience->until = now + patience->seconds;
    future_init(&ready, &io_kind, NULL);
    ev_timer_init(&limit, on_patience_over, fmax(patience->until - now, 0), 0.);
    limit.data = &ready;
    if (!isinf(patience->until)) {
        ev_now_update(connection_loop(self)); /* libev counts from when the loop last woke */
        ev_timer_start(connection_loop(self), &limit);
    }
    *slot = &ready;
    int err = hob_await(&ready);
    *slot = NULL;
    ev_timer_stop(connection_loop(self), &limit);
    self->late = err == -ETIME;
    return self->late ? -ETIMEDOUT : err;
}

/*
 * Input.
 */

/* As recv(2). */
static ssize_t receive(struct connection *self, char *room, size_t size)
{
    ssize_t received =
        self->tls ? https_receive(self, room, size, 0) : recv(self->readable.fd, room, size, 0);
    if (received > 0)
        self->server->counts.received += (size_t)received;
    return received;
}

/* The client sends no more, or the connection has failed. Either cancels the handler. */
static void end_input(struct connection *self, ssize_t received)
{
    set_socket_state(self, received < 0 ? SOCKET_BROKEN : SOCKET_HALF_CLOSED);
    ev_io_stop(connection_loop(self), &self->readable); /* a socket at its end is always readable */
    if (self->request)
        request_client_left(self->request);
}

/* Keeps input while the task waits for something else, and notices that the client has left. */
static void keep_early_input(struct connection *self)
{
    struct workspace *workspace = self->server->workspace;
    ssize_t received = receive(self, workspace->in, sizeof(workspace->in));
    if (received < 0 && would_block(errno))
        return;
    if (received <= 0 || buffer_append(&self->kept_input, workspace->in, (size_t)received) < 0)
        end_input(self, received > 0 ? -1 : received);
    else if (buffer_length(&self->kept_input) >= self->server->options.pipeline_limit)
        ev_io_stop(connection_loop(self), &self->readable);
}

static void take_input(struct connection *self, const char *input, size_t size)
{
    assert(self->unread_length == 0 && buffer_length(&self->kept_input) == 0);
    self->unread = input;
    self->unread_length = size;
}

size_t connection_receive(struct connection *self, char *room, size_t size)
{
    assert(!self->task);
    ssize_t received = receive(self, room, size);
    /* libev stops a watcher for which epoll had no memory. */
    bool refused = !ev_is_active(&self->readable);
    if (received > 0) {
        take_input(self, room, (size_t)received);
        return (size_t)received;
    }
    if (received < 0 && would_block(errno) && !refused) {
        connection_stay_idle(self);
        return 0;
    }
    if (refused)
        server_reject_for_memory(self->server);
    if (self->http2) {
        end_input(self, received);
        http2_session_end_input(self->http2);
    } else {
        connection_close(self);
    }
    return 0;
}

void connection_on_readable(struct ev_loop *ev, ev_io *watcher, int events)
{
    struct connection *self = watcher->data;
    (void)ev;
    (void)events;
    if (!self->task)
        batch_add_readable(&self->server->batch, self);
    else if (self->input)
        future_complete(self->input, 0);
    else
        keep_early_input(self);
}

const char *connection_unread(const struct connection *self, size_t *length)
{
    bool kept = buffer_length(&self->kept_input) > 0;
    *length = kept ? buffer_length(&self->kept_input) : self->unread_length;
    return kept ? buffer_bytes(&self->kept_input) : self->unread;
}

/* Looks at the input in the kernel, or in TLS. Returns as recv(2) does. */
static ssize_t peek(const struct connection *self)
{
    char byte;
    return self->tls ? https_receive(self, &byte, 1, MSG_PEEK)
                     : recv(self->readable.fd, &byte, 1, MSG_PEEK);
}

bool connection_has_new_input(const struct connection *self)
{
    return peek(self) > 0;
}

bool connection_has_input(const struct connection *self)
{
    size_t unread;
    connection_unread(self, &unread);
    return unread > 0 || connection_has_new_input(self);
}

void connection_consume(struct connection *self, size_t size)
{
    if (buffer_length(&self->kept_input) > 0) {
        buffer_consume(&self->kept_input, size);
    } else {
        assert(size <= self->unread_length);
        self->unread += size;
        self->unread_length -= size;
    }
}

/* Out of line, so that connection_fill() saves no registers when there is unread input. */
__attribute__((noinline)) static int fill(struct connection *self, struct patience *patience)
{
    struct workspace *workspace = self->server->workspace;
    size_t unread;
    for (;;) {
        if (connection_is_broken(self))
            return -ECONNRESET;
        connection_unread(self, &unread);
        if (unread > 0)
            return 1;
        if (self->socket != SOCKET_OPEN)
            return 0;
        if (++self->reads % READS_IN_A_ROW == 0) {
            int reason = hob_yield();
            if (reason < 0)
                return reason;
            continue; /* input that came meanwhile was kept */
        }
        ssize_t received = receive(self, workspace->in, sizeof(workspace->in));
        if (received > 0) {
            take_input(self, workspace->in, (size_t)received);
        } else if (received < 0 && would_block(errno)) {
            self->reads = 0;
            ev_io_start(connection_loop(self), &self->readable);
            int err = connection_wait(self, &self->input, patience);
            if (self->late && peek(self) >= 0)
                self->late = false;
            else if (err < 0)
                return err;
        } else {
            end_input(self, received);
        }
    }
}

int connection_fill(struct connection *self, struct patience *patience)
{
    size_t unread;
    connection_unread(self, &unread);
    return unread > 0 && !connection_is_broken(self) ? 1 : fill(self, patience);
}

/*
 * Output.
 */

struct buffer *connection_out(struct connection *self)
{
    return buffer_length(&self->unsent) > 0 ? &self->unsent : &self->server->workspace->out;
}

/* As send(2). */
static ssize_t send_bytes(const struct connection *self, const char *bytes, size_t size, int flags)
{
    return self->tls ? https_send(self, bytes, size, flags)
                     : send(self->readable.fd, bytes, size, flags | MSG_NOSIGNAL);
}

/*
 * Sends until the socket takes no more. The flags are those of send(2). Returns how many bytes are
 * done with: all, if the connection is broken.
 */
static size_t send_some(struct connection *self, const char *bytes, size_t size, int flags)
{
    size_t done = 0;
    while (done < size && !connection_is_broken(self)) {
        ssize_t sent = send_bytes(self, bytes + done, size - done, flags);
        if (sent >= 0)
            done += (size_t)sent;
        else if (errno == EAGAIN || errno == EWOULDBLOCK)
            break;
        else if (errno != EINTR)
            connection_break(self);
    }
    self->server->counts.sent += done;
    return connection_is_broken(self) ? size : done;
}

/* The same for a buffer. */
static void send_buffer(struct connection *self, struct buffer *out, int flags)
{
    buffer_consume(out, send_some(self, buffer_bytes(out), buffer_length(out), flags));
}

/* Keeps output that the socket did not take, until it does. */
static void keep_unsent(struct connection *self, const char *output, size_t size)
{
    assert(size > 0);
    if (buffer_append(&self->unsent, output, size) < 0)
        connection_break(self);
    else
        ev_io_start(connection_loop(self), &self->writable);
}

/* After larger responses the memory of the output buffer is given back. */
#define OUT_CAPACITY_KEPT (256 * 1024)

/* The flags are those of send(2). */
static void send_with(struct connection *self, int flags)
{
    struct buffer *out = connection_out(self);
    if (buffer_length(out) == 0)
        return;
    if (self->sends_later)
        batch_send(&self->server->batch);
    send_buffer(self, out, flags);
    if (buffer_length(out) > 0) {
        if (out == &self->unsent)
            ev_io_start(connection_loop(self), &self->writable);
        else
            keep_unsent(self, buffer_bytes(out), buffer_length(out));
    }
    if (out != &self->unsent)
        buffer_consume(out, buffer_length(out));
    if (out->capacity > OUT_CAPACITY_KEPT && buffer_length(out) == 0)
        buffer_free(out);
}

void connection_send(struct connection *self)
{
    send_with(self, 0);
}

void connection_send_large(struct connection *self, const char *data, size_t size)
{
    send_with(self, MSG_MORE);
    size_t done = buffer_length(&self->unsent) == 0 ? send_some(self, data, size, 0) : 0;
    if (done < size)
        keep_unsent(self, data + done, size - done);
}

/* More output than this is sent at once: to send it in a row with others saves too little. */
#define SENT_LATER_MAX (16 * 1024)

bool connection_send_later(struct connection *self)
{
    struct buffer *out = connection_out(self);
    size_t size = buffer_length(out);
    if (size == 0)
        return true;
    if (out == &self->unsent || size > SENT_LATER_MAX || connection_is_broken(self) ||
        batch_send_later(&self->server->batch, self, buffer_bytes(out), size) < 0)
        return false;
    buffer_consume(out, size);
    return true;
}

void connection_send_output(struct connection *self, const char *output, size_t size)
{
    assert(self->sends_later);
    self->sends_later = false;
    size_t done = send_some(self, output, size, 0);
    if (done == size)
        return;
    keep_unsent(self, output + done, size - done);
    if (!self->task && !connection_is_broken(self))
        connection_start_flush(self);
}

void connection_on_writable(struct ev_loop *ev, ev_io *watcher, int events)
{
    struct connection *self = watcher->data;
    (void)events;
    send_buffer(self, &self->unsent, 0);
    if (self->sent)
        future_complete(self->sent, 0);
    if (self->http2)
        http2_session_on_writable(self->http2);
    if (buffer_length(&self->unsent) == 0)
        ev_io_stop(ev, watcher);
}

int connection_flush(struct connection *self)
{
    connection_send(self);
    while (buffer_length(&self->unsent) > 0 && !connection_is_broken(self)) {
        struct patience patience = {.seconds = self->server->options.write_timeout};
        size_t left = buffer_length(&self->unsent);
        int err = connection_wait(self, &self->sent, &patience);
        if (err < 0 && !self->late)
            return err;
        if (self->late)
            send_buffer(self, &self->unsent, 0);
        self->late = self->late && buffer_length(&self->unsent) == left;
        if (self->late) {
            server_count_reject(self->server, HOB_REJECT_WRITE_TIMEOUT);
            connection_abandon(self);
        }
    }
    return connection_is_broken(self) ? -EPIPE : 0;
}

void connection_leave_workspace(void *connection)
{
    struct connection *self = connection;
    self->now = 0;
    connection_send(self);
    if (self->unread_length > 0) {
        if (buffer_append(&self->kept_input, self->unread, self->unread_length) < 0)
            connection_break(self);
        self->unread_length = 0;
    }
    if (self->request && request_keep_head(self->request) < 0) {
        request_forget_head(self->request);
        connection_break(self);
    }
    assert(buffer_length(&self->server->workspace->out) == 0);
}

/*
 * The end.
 */

/* As shutdown(2), of the sending side. */
static int shut(struct connection *self)
{
    if (self->tls)
        https_end_output(self);
    return shutdown(self->readable.fd, SHUT_WR);
}

void connection_end_output(struct connection *self)
{
    if (buffer_length(&self->unsent) == 0)
        shut(self);
}

void connection_linger(struct connection *self)
{
    double seconds = self->server->options.linger_timeout;
    struct patience patience = {.seconds = seconds, .until = hob_now() + seconds};
    int late_reads = 0; /* after the time is over: the input may have come before */
    size_t unread;
    if (shut(self) < 0)
        return; /* the client has left */
    do {
        connection_unread(self, &unread);
        connection_consume(self, unread);
        late_reads += hob_now() >= patience.until;
    } while (late_reads < READS_IN_A_ROW && connection_fill(self, &patience) > 0);
}
