#include "stream.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "carrier.h"

static hob_server *server_of(const struct http2_stream *self)
{
    return self->session->connection->server;
}

/* Drops what came of the body, and opens the windows by as much. */
static void drop_input(struct http2_stream *self)
{
    const struct http2_session *session = self->session;
    if (buffer_length(&self->in) > 0)
        session->framing->consume(session->frames, self->id, buffer_length(&self->in));
    buffer_free(&self->in);
    http2_session_send_later(self->session);
}

/*
 * Its task.
 */

static int describe(const void *arg, char *text, size_t size)
{
    struct hob_request *req = ((const struct http2_stream *)arg)->request;
    return req ? request_describe(req, text, size) : 0;
}

static void expire(void *arg)
{
    const struct http2_stream *self = arg;
    if (self->request && !self->closed)
        exchange_expire(exchange_of(self->request));
}

static void before_wait(void *arg)
{
    const struct http2_stream *self = arg;
    self->session->connection->now = 0;
}

/* Gives the head to the request, and calls the handler unless the head breaks a rule. */
static void serve(struct http2_stream *self, struct exchange *exchange)
{
    struct hob_request *req = &exchange->req;
    req->method = self->head.method;
    req->body_length = self->head.body_length;
    req->refusal = self->head.refusal;
    req->head = self->head.head;
    req->kept_head = self->head.head.data;
    self->head.head.data = NULL;
    if (req->refusal.status > 0)
        exchange_refuse(exchange);
    else
        exchange_serve(exchange, connection_now(self->session->connection));
}

/*
 * Reads and drops the rest of the body for a while, as an HTTP/1.1 connection lingers: curl 7.88
 * and others lose the response if the stream is reset while they send (RFC 9113 section 8.1).
 */
static void drop_body(struct http2_stream *self)
{
    double end = hob_now() + server_of(self)->options.linger_timeout;
    bool waits = self->head.expects_continue && !self->continued;
    bool late = waits; /* such a client sends nothing */
    while (!self->input_ended && !self->closed && !late) {
        drop_input(self);
        if (http2_stream_wait(self, &self->readable, end - hob_now(), &late) < 0)
            break;
    }
    if (!self->input_ended)
        http2_stream_reset(self, HTTP2_NO_ERROR);
}

/* Ends the stream after the handler. */
static void finish(struct http2_stream *self, const struct hob_response *res)
{
    if (res->replied && !res->whole)
        http2_stream_reset(self, HTTP2_INTERNAL_ERROR);
    else if (!res->replied || http2_stream_flush(self) < 0)
        http2_stream_reset(self, HTTP2_CANCEL);
    else if (!self->input_ended)
        drop_body(self);
}

static int serve_stream(void *arg)
{
    struct http2_stream *self = arg;
    struct http2_session *session = self->session;
    struct http2_exchange x = {.stream = self};
    task_set_before_wait(self->task, before_wait, self);
    exchange_init(&x.exchange, &http2_carrier, server_of(self), self->task, self->began);
    self->request = &x.exchange.req;
    serve(self, &x.exchange);
    session->connection->now = 0; /* the handler may have taken a while */
    if (server_of(self)->observer_count > 0)
        exchange_observe(&x.exchange, connection_now(session->connection));
    finish(self, &x.exchange.res);
    self->request = NULL;
    exchange_free(&x.exchange);
    task_set_before_wait(self->task, NULL, NULL);
    http2_session_remove_stream(session, self);
    http2_stream_free(self);
    return 0;
}

/*
 * Its life.
 */

struct http2_stream *
http2_stream_new(struct http2_session *session, int32_t id, const struct http2_fields *fields)
{
    struct http2_stream *self = calloc(1, sizeof(*self));
    if (!self)
        return NULL;
    self->session = session;
    self->id = id;
    self->began = connection_now(session->connection);
    http2_head_make(&self->head, fields, &server_of(self)->parser_limits);
    return self;
}

void http2_stream_free(struct http2_stream *self)
{
    const struct http2_session *session = self->session;
    if (!self->closed)
        session->framing->detach(session->frames, self->id);
    drop_input(self);
    buffer_free(&self->out);
    trailers_free(self->trailers);
    free(self->head.head.data);
    free(self);
}

void http2_stream_start(struct http2_stream *self)
{
    static const struct task_role role = {.describe = describe, .expired = expire};
    hob_server *server = server_of(self);
    self->task = task_make(server->stacks, server->task, NULL, "serve_stream", serve_stream, self);
    if (self->task) {
        self->task->role = &role;
        task_start(self->task); /* which may free this */
        return;
    }
    server_reject_for_memory(server);
    http2_stream_reset(self, HTTP2_REFUSED_STREAM);
    http2_session_remove_stream(self->session, self);
    http2_stream_free(self);
}

void http2_stream_reset(struct http2_stream *self, enum http2_error error)
{
    if (!self->closed)
        self->session->framing->reset(self->session->frames, self->id, error);
    self->closed = true;
    self->session->framing->detach(self->session->frames, self->id);
}

bool http2_stream_is_complete(const struct http2_stream *self, uint32_t error)
{
    return self->sent && error == HTTP2_NO_ERROR;
}

void http2_stream_close(struct http2_stream *self, uint32_t error)
{
    bool complete = http2_stream_is_complete(self, error);
    self->closed = true;
    if (!self->task) {
        http2_session_remove_stream(self->session, self);
        http2_stream_free(self);
        return;
    }
    if (self->request && !complete)
        request_client_left(self->request);
    if (self->readable)
        future_complete(self->readable, 0);
    if (self->writable)
        future_complete(self->writable, 0);
}

/*
 * Waiting.
 */

int http2_stream_wait(struct http2_stream *self, hob_future **slot, double seconds, bool *late)
{
    static const struct future_kind kind = {.cancel = future_complete};
    hob_future ready;
    future_init(&ready, &kind, NULL);
    *slot = &ready;
    int err = hob_await_for(&ready, seconds);
    *slot = NULL;
    *late = err == -ETIMEDOUT && task_interrupted(self->task) == 0;
    return err;
}

static size_t unsent(const struct http2_stream *self)
{
    return self->content_size + buffer_length(&self->out);
}

/* Whether there is content, or its end, that is not in the output of the connection. */
static bool has_unsent(const struct http2_stream *self)
{
    return unsent(self) > 0 || (self->output_ended && !self->sent);
}

int http2_stream_flush(struct http2_stream *self)
{
    double limit = server_of(self)->options.write_timeout;
    if (has_unsent(self))
        http2_session_write(self->session);
    while (!self->closed && has_unsent(self)) {
        size_t left = unsent(self);
        bool late;
        http2_session_send_later(self->session);
        int err = http2_stream_wait(self, &self->writable, limit, &late);
        if (err < 0 && !late)
            return err;
        if (late && unsent(self) == left) {
            server_count_reject(server_of(self), HOB_REJECT_WRITE_TIMEOUT);
            http2_stream_reset(self, HTTP2_CANCEL);
        }
    }
    return self->closed && !self->sent ? -EPIPE : 0;
}

/*
 * Events of the framing.
 */

void http2_stream_add_body(struct http2_stream *self, const char *data, size_t size)
{
    if (buffer_append(&self->in, data, size) < 0) {
        self->session->framing->consume(self->session->frames, self->id, size);
        self->session->framing->reset(self->session->frames, self->id, HTTP2_INTERNAL_ERROR);
        return;
    }
    if (self->readable)
        future_complete(self->readable, 0);
}

void http2_stream_add_trailer(
    struct http2_stream *self, const char *name, size_t name_length, const char *value,
    size_t value_length)
{
    const struct parser_limits *limits = &server_of(self)->parser_limits;
    if (!self->trailers)
        self->trailers = trailers_new(limits->head, limits->header_count);
    if (self->trailers)
        trailers_add(self->trailers, name, name_length, value, value_length);
    else
        self->session->framing->reset(self->session->frames, self->id, HTTP2_INTERNAL_ERROR);
}

void http2_stream_end_body(struct http2_stream *self)
{
    self->input_ended = true;
    if (self->readable)
        future_complete(self->readable, 0);
}

ssize_t http2_stream_count_content(struct http2_stream *self, size_t most, bool *last)
{
    size_t size = unsent(self);
    *last = self->output_ended && size <= most;
    self->blocked = size == 0 && !*last;
    if (self->blocked)
        return -1;
    return (ssize_t)(size < most ? size : most);
}

int http2_stream_put_content(
    struct http2_stream *self, const void *header, size_t header_size, size_t size)
{
    struct buffer *output = &self->session->connection->unsent;
    int err = buffer_reserve(output, header_size + size);
    if (err < 0)
        return err;
    buffer_append(output, header, header_size);
    if (self->content_size > 0) { /* then `out` is empty */
        buffer_append(output, self->content, size);
        self->content += size;
        self->content_size -= size;
    } else {
        buffer_append(output, buffer_bytes(&self->out), size);
        buffer_consume(&self->out, size);
    }
    self->sent = self->output_ended && unsent(self) == 0;
    if (self->writable)
        future_complete(self->writable, 0);
    return buffer_length(output) >= HTTP2_OUTPUT_AT_MOST;
}
