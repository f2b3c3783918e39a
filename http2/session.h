/*
 * A connection that speaks HTTP/2 (RFC 9113). It has no coroutine: callbacks of the loop read what
 * came, and start a coroutine for each stream (stream.h). Their output is sent once, at the
 * end of the loop's turn.
 *
 *     open --server stops--> draining --last stream closed--> ended --client closes--> closed
 *       '------- idle, or an error of the protocol ------------^
 */
#ifndef HOB_HTTP2_SESSION_H
#define HOB_HTTP2_SESSION_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>

#include "budget.h"
#include "framing.h"
#include "head.h"
#include "runtime/list.h"
#include "runtime/loop.h"
#include "server/connection.h"

enum {
    HTTP2_MAX_STREAMS = 100,
    HTTP2_STREAM_WINDOW = 64 * 1024,  /* bytes of a body that wait for its handler */
    HTTP2_OUTPUT_AT_MOST = 64 * 1024, /* more is made when the socket has taken this */
};

/* Times at which something has to be done if nothing happens before; 0 if there is none. */
struct http2_times {
    double idle;    /* close the connection, which has no stream */
    double head;    /* ... whose client has not completed a head */
    double output;  /* ... whose client takes no output */
    double drained; /* accept no more streams */
    double closed;  /* close the socket, whose client should have done it */
};

struct http2_session {
    struct connection *connection;
    const hob_http2_framing *framing;
    void *frames; /* its state */

    struct list arrived;        /* streams whose head is complete, until their task is started */
    struct list streams;        /* the others, until their task has ended */
    size_t stream_count;        /* of both */
    struct http2_fields fields; /* of the head that is being received */
    struct buffer response;     /* fields of a response, while they are collected */

    struct turn_end output; /* by which the loop calls this at the end of the turn */
    ev_timer timer;         /* runs always, until the first of `times` or longer */
    struct http2_times times;
    struct http2_budget resets;   /* streams that the client may reset */
    struct http2_budget overhead; /* frames that it may send to no purpose */
    const char *broken_limit;     /* why the server ends the connection, if it does */
    bool draining;                /* the client knows that no more streams are accepted soon */
    bool ended;                   /* the server has closed its side */
};

/*
 * Serves the connection by HTTP/2 from now on: these bytes of its input were read already. May
 * close it. Its task must have ended, or be the caller, which then has to return.
 */
void http2_start(struct connection *connection, const char *received, size_t size);

/* Called when the connection is closed. There must be no stream. */
void http2_session_free(struct http2_session *self);

/* Whether handlers run for streams of the connection. */
bool http2_is_serving(const struct connection *connection);

/* Reads the unread input of the connection. */
void http2_session_on_input(struct http2_session *self);

/* The client sends no more, or the connection has failed. May close the connection. */
void http2_session_end_input(struct http2_session *self);

/* The socket takes output again. */
void http2_session_on_writable(struct http2_session *self);

/* The server stops: ends all sessions without the loss of a request (RFC 9113 section 6.8). */
void http2_drain(hob_server *server);

/*
 * For its streams.
 */

/* Writes frames to the output of the connection, as long as that is short. */
void http2_session_write(struct http2_session *self);

/* Writes and sends frames until the socket takes no more, or there are no more. */
void http2_session_send(struct http2_session *self);

/* Has the output written and sent at the end of this turn of the loop. */
void http2_session_send_later(struct http2_session *self);

/* Called when the task of a stream has ended. */
void http2_session_remove_stream(struct http2_session *self, struct http2_stream *stream);

#endif
