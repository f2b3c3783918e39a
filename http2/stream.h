/*
 * A stream of HTTP/2: a request and its response, and the coroutine that serves it.
 *
 *     head complete --> waits for its task --> the handler runs --> the rest is sent --> gone
 */
#ifndef HOB_HTTP2_STREAM_H
#define HOB_HTTP2_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "head.h"
#include "http/buffer.h"
#include "http/trailers.h"
#include "server/exchange.h"
#include "session.h"

struct http2_stream {
    struct list link; /* in session->streams */
    struct http2_session *session;
    struct task *task;           /* NULL until it is started */
    struct hob_request *request; /* while there is an exchange */
    double began;                /* when the head was complete */
    struct http2_head head;      /* until the exchange has it */
    int32_t id;

    bool input_ended;  /* all of the body has come */
    bool output_ended; /* the content is complete */
    bool sent;         /* ... and all of it is in the output of the connection */
    bool blocked;      /* the framing waits for content */
    bool continued;    /* 100 Continue was sent */
    bool closed;       /* nothing more is sent or received */

    struct trailers *trailers; /* of the request; NULL if there are none */

    struct buffer in;    /* the part of the body that came and was not read */
    struct buffer out;   /* content that waits for the client's window */
    const char *content; /* content that is not in `out`, which is empty */
    size_t content_size;
    hob_future *readable; /* what the task awaits while it waits for the body, else NULL */
    hob_future *writable; /* ... for the client's window */
};

/* Makes the stream of a head. NULL when out of memory. */
struct http2_stream *
http2_stream_new(struct http2_session *session, int32_t id, const struct http2_fields *fields);

/* Frees it. Its task must have ended, or be the caller. */
void http2_stream_free(struct http2_stream *self);

/* Starts its task. Without memory for one, it resets the stream with REFUSED_STREAM. */
void http2_stream_start(struct http2_stream *self);

/* Whether the whole response was sent on a stream that is closed with this error. */
bool http2_stream_is_complete(const struct http2_stream *self, uint32_t error);

/* The framing has closed the stream. Cancels its handler unless the response was complete. */
void http2_stream_close(struct http2_stream *self, uint32_t error);

/* Ends the stream with an error. */
void http2_stream_reset(struct http2_stream *self, enum http2_error error);

/*
 * Waits until a function of the framing completes *slot, for up to `seconds`. Returns 0 or a
 * negative errno; sets *late if it is -ETIMEDOUT after these seconds.
 */
int http2_stream_wait(struct http2_stream *self, hob_future **slot, double seconds, bool *late);

/* Waits until the content that is there is in the output of the connection. As hob_send(). */
int http2_stream_flush(struct http2_stream *self);

/* Events of the framing: see there. */
void http2_stream_add_trailer(
    struct http2_stream *self, const char *name, size_t name_length, const char *value,
    size_t value_length);
void http2_stream_add_body(struct http2_stream *self, const char *data, size_t size);
void http2_stream_end_body(struct http2_stream *self);
ssize_t http2_stream_count_content(struct http2_stream *self, size_t most, bool *last);
int http2_stream_put_content(
    struct http2_stream *self, const void *header, size_t header_size, size_t size);

#endif
