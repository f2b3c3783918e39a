/*
 * One client's connection: its socket, and the bytes on their way in and out.
 *
 *     accepted --> idle --first bytes--> received --> a task serves --nothing more to read--> idle
 *                   '-------- closed <--------------------'
 *
 * While it is idle it costs this struct and nothing else.
 */
#ifndef HOB_SERVER_CONNECTION_H
#define HOB_SERVER_CONNECTION_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>

#include "buffer.h"
#include "net/peer.h"
#include "runtime/future.h"
#include "runtime/list.h"
#include "runtime/task.h"
#include "server.h"

struct hob_request;

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
    struct list waiting; /* in a list of the server while there is no task: see below */

    hob_server *server;
    struct task *task;           /* serves a request; NULL while the connection is idle */
    struct hob_request *request; /* the one that the task serves */
    const char *unread;          /* input in memory of the server; none while kept_input has some */
    size_t unread_length;        /* 0 whenever the task waits, since others use that memory then */
    double idle_since;           /* when it began to wait there, on the clock of hob_now() */
    unsigned reads;              /* how often input was read without waiting for it */
    enum socket_state socket;
    bool over_limit;  /* accepted above the connection limit: its request is answered by 503 */
    bool late;        /* the last wait for the client took longer than it may */
    bool sends_later; /* output of this connection is in server->turn */

    struct buffer kept_input; /* unread input that came while the task waited for something else */
    struct buffer unsent;     /* output that the socket did not take */

    /*
     * The time, if it was asked for since the task waited last, else 0: a request begins when the
     * one before it ends, and few handlers wait before their deadline is set.
     */
    double now;

    double head_until; /* when the first head must be complete; 0 after that */
    ev_io writable;    /* started while there is unsent output */
    hob_future *input; /* what the task awaits while it waits for input, else NULL */
    hob_future *sent;  /* ... while it waits for the socket to take output */
    struct list link;  /* in server->connections */
    union peer peer;   /* the address of the client */
};

/* Whether nothing can be read or sent any more. */
static inline bool connection_is_broken(const struct connection *self)
{
    return self->socket >= SOCKET_BROKEN;
}

/* How long to wait for the client. */
struct patience {
    double seconds; /* in all, from the first wait on */
    double until;   /* on the clock of hob_now(); 0 before the first wait */
};

/* The time, by hob_now(), for the connection's task. */
static inline double connection_now(struct connection *self)
{
    if (self->now == 0)
        self->now = hob_now();
    return self->now;
}

/* Takes over the socket of a client. Returns 0, or -ENOMEM, and then the socket is closed. */
int connection_open(hob_server *server, int fd, const union peer *peer);

/* Closes the socket and frees the connection. Its task must be gone, or be the caller. */
void connection_close(struct connection *self);

/*
 * Receives up to `size` bytes, for an idle connection: they are its unread input from now on, until
 * it is served. Returns how many. With 0, the connection waits again or is closed.
 */
size_t connection_receive(struct connection *self, char *room, size_t size);

/* Serves the request that was received, in a coroutine of its own, which runs at once. */
void connection_serve(struct connection *self);

/* For a server that stops: closes the connection if it is idle and has not been sent anything. */
void connection_finish(struct connection *self);

/*
 * Makes sure that there is unread input, and waits for it. Returns 1, 0 if the client has ended
 * its side, -ECANCELED, -ETIMEDOUT, or what recv(2) failed with.
 */
int connection_fill(struct connection *self, struct patience *patience);

/* The input that is there but was not read yet, and how much of it there is. */
const char *connection_unread(const struct connection *self, size_t *length);

/* Whether there is any input that was not read, here or in the kernel. */
bool connection_has_input(const struct connection *self);

/* Marks `size` bytes of the unread input as read. */
void connection_consume(struct connection *self, size_t size);

/* Where to put output, behind whatever is to be sent before it. */
struct buffer *connection_out(struct connection *self);

/*
 * Sends the output and then this, as much as the socket takes, and copies only the rest: for what
 * is so large that to copy it first would cost more than to send it by a call of its own.
 */
void connection_send_large(struct connection *self, const char *data, size_t size);

/*
 * Sends the output, and waits until the socket has taken all. Returns 0 or a negative errno:
 * -EPIPE if the client has left, or takes nothing for too long.
 */
int connection_flush(struct connection *self);

/*
 * Has the output sent in this turn of the server, together with that of other connections. Returns
 * false if it has to be flushed instead.
 */
bool connection_send_later(struct connection *self);

/* Sends this in a turn. If the socket does not take all, a coroutine waits until it does. */
void connection_send_output(struct connection *self, const char *output, size_t size);

/*
 * Leaves the workspace to other tasks; called each time the connection's task waits. Sends what
 * the socket takes at once, and moves the rest of the output, the unread input and the request's
 * head to memory of their own.
 */
void connection_leave_workspace(void *connection);

/* Ends our side, unless there is unsent output: the client sees that no more will come. */
void connection_end_output(struct connection *self);

/* The task has nothing more to do: it is about to return, and the connection waits for input. */
void connection_become_idle(struct connection *self);

/*
 * Ends the connection in a way that lets the client read the last response: closing a socket that
 * has unread input makes the kernel reset the connection, which may destroy that response on its
 * way. So this ends our side, then reads and drops input for a short while (RFC 9112 9.6).
 */
void connection_linger(struct connection *self);

#endif
