/*
 * The connection of one client: its socket, its input and its output.
 *
 *     accepted --> idle --input--> received --> a task serves --no more input--> idle
 *                   '-- closed <--------------------'
 *
 * An idle connection costs this struct and nothing else. connection.c has its life, connection_io.c
 * its bytes, and serve.c the coroutine that serves it.
 */
#ifndef HOB_SERVER_CONNECTION_H
#define HOB_SERVER_CONNECTION_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>

#include "http/buffer.h"
#include "net/peer.h"
#include "net/tls/tls.h"
#include "runtime/future.h"
#include "runtime/list.h"
#include "runtime/loop.h"
#include "runtime/task.h"
#include "server.h"

struct hob_request;
struct http2_session;

/*
 * Whether the socket can be used. Each state includes the ones before it: a broken connection has
 * no more input either.
 */
enum socket_state {
    SOCKET_OPEN,
    SOCKET_HALF_CLOSED, /* the client sends no more, but may take responses */
    SOCKET_BROKEN,      /* the socket failed or bytes were lost: nothing is read or sent any more */
    SOCKET_ABANDONED,   /* ... and it is closed by a reset, so that the kernel drops its output */
};

/*
 * The members that each request uses come first: a connection that waited has left the processor's
 * cache, and a request then loads few lines of it.
 */
struct connection {
    ev_io readable;      /* started from open to close, unless too much input is kept */
    struct list waiting; /* while there is no task: in an idle list, or in the server's batch */

    hob_server *server;
    struct http2_session *http2; /* serves it; NULL while it speaks HTTP/1.1 */
    struct tls_stream *tls;      /* NULL: bytes go to the socket as they are */
    struct task *task;           /* serves requests; NULL while the connection is idle */
    struct hob_request *request; /* the one that the task serves */
    const char *unread;          /* input in memory of the server; none while kept_input has some */
    size_t unread_length;        /* 0 whenever the task waits, since others use that memory then */
    double idle_since;           /* when it began to wait there, on the clock of hob_now() */
    unsigned reads;              /* how often input was read without waiting for it */
    enum socket_state socket;
    bool over_limit;  /* accepted above the connection limit: its request is answered by 503 */
    bool handshaking; /* TLS is not ready yet: nothing else may use it */
    bool proxied_tls; /* TLS protects the client's connection to the proxy: see proxied/ */
    bool needs_tls;   /* came without TLS where that is needed: its request is answered by 400 */
    bool late;        /* the last wait for the client took longer than it may */
    bool sends_later; /* output of this connection is in the server's batch */
    bool taken_over;  /* by a handler, which reads and writes the socket: see hob_take_over() */

    struct buffer kept_input; /* unread input that came while the task waited for something else */
    struct buffer unsent;     /* output that the socket did not take */

    /*
     * A cache of hob_now(): connection_now() fills it, and each wait empties it (0). So one call of
     * clock_gettime(2) is enough for the end of a request and the beginning of the next one.
     */
    double now;

    double head_until; /* when the first head must be complete; 0 after that */
    ev_io writable;    /* started while there is unsent output */
    hob_future *input; /* what the task awaits while it waits for input, else NULL */
    hob_future *sent;  /* ... while it waits for the socket to take output */
    struct list link;  /* in server->connections */
    union peer peer;   /* the address of the client */
};

/* How long to wait for the client. */
struct patience {
    double seconds; /* in all, from the first wait on */
    double until;   /* on the clock of hob_now(); 0 before the first wait */
};

static inline struct ev_loop *connection_loop(const struct connection *self)
{
    return task_ev_loop(self->server->task);
}

/* Whether nothing can be read or sent any more. */
static inline bool connection_is_broken(const struct connection *self)
{
    return self->socket >= SOCKET_BROKEN;
}

/* The time, by hob_now(), for the connection's task. */
static inline double connection_now(struct connection *self)
{
    if (self->now == 0)
        self->now = hob_now();
    return self->now;
}

/*
 * The life of a connection: connection.c.
 */

/* The connections of an idle list may wait for `seconds`; then they are closed. */
void idle_list_init(struct idle_list *self, struct ev_loop *ev, double seconds);

/* Stops the timer. The connections are left as they are. */
void idle_list_stop(struct idle_list *self);

/*
 * Takes over the socket of a client. `tls` is NULL for a connection without TLS. Returns 0, or
 * -ENOMEM, and then the socket is closed.
 */
int connection_open(hob_server *server, int fd, const union peer *peer, hob_tls_server *tls);

/* Closes the socket and frees the connection. Its task must be gone, or be the caller. */
void connection_close(struct connection *self);

/* Closes the connection, for a server that stops, if it is idle and has no input. */
void connection_close_if_idle(struct connection *self);

/* Called by the task before it returns: from now on the connection waits for input without one. */
void connection_become_idle(struct connection *self);

/* Called if the input that libev reported is not there after all: waits for it again. */
void connection_stay_idle(struct connection *self);

/*
 * Its coroutine: serve.c.
 */

/* Serves the request that was received, in a coroutine of its own, which runs at once. */
void connection_serve(struct connection *self);

/* Starts a coroutine that waits until the client has taken the unsent output. */
void connection_start_flush(struct connection *self);

/*
 * Input: connection_io.c.
 */

/* Callbacks of libev: the socket has input or is closed, or it can take output. */
void connection_on_readable(struct ev_loop *ev, ev_io *watcher, int events);
void connection_on_writable(struct ev_loop *ev, ev_io *watcher, int events);

/*
 * In place of connection_on_readable() until the header of the PROXY protocol was read, with
 * hob_server_options.proxy_protocol: proxied/header.c. The connection is idle meanwhile, and its
 * kept_input has the part of the header that came.
 */
void connection_on_proxy_header(struct ev_loop *ev, ev_io *watcher, int events);

/*
 * Receives up to `size` bytes for an idle connection: they are its unread input until it is served.
 * Returns how many. With 0, the connection is idle again or closed.
 */
size_t connection_receive(struct connection *self, char *room, size_t size);

/*
 * Makes sure that there is unread input, and waits for it. Returns 1, 0 if the client has ended
 * its side, -ECANCELED, -ETIMEDOUT, or what recv(2) failed with.
 */
int connection_fill(struct connection *self, struct patience *patience);

/* The input that was received but not read, and its length. */
const char *connection_unread(const struct connection *self, size_t *length);

/* Whether there is input that was not read, here or in the kernel. Not during a handshake. */
bool connection_has_input(const struct connection *self);

/* The same, in the kernel only. */
bool connection_has_new_input(const struct connection *self);

/*
 * Waits until a callback completes *slot, which is self->input or self->sent. Returns 0 or a
 * negative errno; -ETIMEDOUT when the patience is over, and then the connection is late. The loop
 * may have been busy, and calls timers before watchers of sockets: a caller that gets -ETIMEDOUT
 * looks at the socket again.
 */
int connection_wait(struct connection *self, hob_future **slot, struct patience *patience);

/* Marks `size` bytes of the unread input as read. */
void connection_consume(struct connection *self, size_t size);

/*
 * Output: connection_io.c.
 */

/* Where to put output: behind all that has to be sent before it. */
struct buffer *connection_out(struct connection *self);

/*
 * Sends the output and then this, as much as the socket takes, and copies only the rest: for
 * content that is so large that a copy costs more than a call of send(2) of its own.
 */
void connection_send_large(struct connection *self, const char *data, size_t size);

/* Sends the output, as much as the socket takes at once. */
void connection_send(struct connection *self);

/*
 * Bytes were lost, so that no others can be read or sent. The loop then sees the end of the input,
 * which wakes and cancels the task, as if the client had left.
 */
void connection_break(struct connection *self);

/* Nothing is read or sent any more, and the kernel drops the output that it has. */
void connection_abandon(struct connection *self);

/*
 * Sends the output, and waits until the socket has taken all. Returns 0 or a negative errno:
 * -EPIPE if the client has left, or takes nothing for too long.
 */
int connection_flush(struct connection *self);

/*
 * Passes the output to the server's batch, which sends it together with that of other connections.
 * Returns false if the caller has to flush it instead.
 */
bool connection_send_later(struct connection *self);

/*
 * Sends this, which connection_send_later() has passed to the server's batch. If the socket does
 * not take all, a coroutine waits until it does.
 */
void connection_send_output(struct connection *self, const char *output, size_t size);

/*
 * Leaves the server's workspace to other tasks; called each time the connection's task waits. Sends
 * what the socket takes at once, and moves the rest of the output, the unread input and the
 * request's head to memory of their own.
 */
void connection_leave_workspace(void *connection);

/* Ends our side, unless there is unsent output: the client sees that no more comes. */
void connection_end_output(struct connection *self);

/*
 * Ends the connection in a way that lets the client read the last response: if a socket with unread
 * input is closed, the kernel resets the connection, which may destroy that response on its way. So
 * this ends our side, and then reads and drops input for a short while (RFC 9112 section 9.6).
 */
void connection_linger(struct connection *self);

#endif
