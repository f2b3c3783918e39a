#include "carrier.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <time.h>

#include "base/decimal.h"
#include "hob/http.h"
#include "http/syntax.h"
#include "https/https.h"
#include "server/http1.h"

/* If more content waits for the client's window, hob_send() waits. See hob/response.h. */
#define HIGH_WATER (64 * 1024)

/*
 * The body of the request.
 */

/* Sends 100 Continue to a client that waits for it, once the body is wanted. */
static int send_continue(struct http2_stream *self)
{
    if (!self->head.expects_continue || self->continued)
        return 0;
    self->continued = true;
    http2_session_send_later(self->session);
    return self->session->framing->respond_continue(self->session->frames, self->id);
}

static int wait_for_body(struct http2_stream *self)
{
    struct hob_request *req = self->request;
    int err = send_continue(self);
    while (err == 0 && buffer_length(&self->in) == 0 && !self->input_ended) {
        if (self->closed)
            return -ECONNRESET;
        err = http2_stream_wait(
            self, &self->readable, req->server->options.body_timeout, &req->body_late);
        if (req->body_late && (buffer_length(&self->in) > 0 || self->input_ended)) {
            req->body_late = false;
            err = 0;
        }
        if (req->body_late)
            server_count_reject(req->server, HOB_REJECT_BODY_TIMEOUT);
    }
    return err;
}

/* Returns 0, or an error if the trailers are not whole. */
static int check_trailers(struct http2_stream *self)
{
    int err = self->trailers ? self->trailers->err : 0;
    if (err != -EMSGSIZE)
        return err;
    if (self->request->refusal.status == 0)
        self->request->refusal = (struct refusal){431, HOB_REJECT_HEAD_LIMIT, TRAILERS_TOO_LARGE};
    return -EINVAL;
}

static const struct trailers *http2_trailers(const struct hob_request *req)
{
    const struct http2_stream *self = http2_stream_of(req);
    return self->input_ended && buffer_length(&self->in) == 0 ? self->trailers : NULL;
}

static int http2_read_body(struct hob_request *req, void *data, size_t size)
{
    struct http2_stream *self = http2_stream_of(req);
    struct buffer *in = &self->in;
    int err = buffer_length(in) == 0 && !self->input_ended ? wait_for_body(self) : 0;
    if (err < 0)
        return err;
    size_t length = buffer_length(in) < size ? buffer_length(in) : size;
    if (length == 0)
        return check_trailers(self);
    memcpy(data, buffer_bytes(in), length);
    buffer_consume(in, length);
    if (buffer_length(in) == 0)
        buffer_free(in);
    self->session->framing->consume(self->session->frames, self->id, length);
    http2_session_send_later(self->session);
    return (int)length;
}

/*
 * The head of the response.
 */

/* Writes one of the server's own fields to memory that is reserved. */
static void put(struct buffer *fields, const char *name, const char *value, size_t length)
{
    const struct http2_field field = {name, value, strlen(name), length, HTTP2_STATIC_NAME};
    buffer_fill(fields, mempcpy(buffer_room(fields), &field, sizeof(field)));
}

/* Fields of a connection of HTTP/1.1 (RFC 9113 section 8.2.2). */
static bool is_of_connection(const char *name, size_t length)
{
    return element_is(name, length, "keep-alive") || element_is(name, length, "upgrade") ||
           element_is(name, length, "proxy-connection");
}

/* The lines "Name: value" CR LF of the handler. */
static int add_lines(struct buffer *fields, const char *line, size_t size)
{
    const char *end = line + size;
    int err = 0;
    while (line < end && err == 0) {
        const char *colon = memchr(line, ':', (size_t)(end - line));
        const char *cr = memchr(colon, '\r', (size_t)(end - colon));
        size_t length = (size_t)(colon - line);
        const struct http2_field field = {line, colon + 2, length, (size_t)(cr - colon - 2), 0};
        if (!is_of_connection(line, length))
            err = buffer_append(fields, &field, sizeof(field));
        line = cr + 2;
    }
    return err;
}

/*
 * Writes the fields of a response to the session's buffer, and the text of its numbers to `status`
 * and `length`. Returns 0 or -ENOMEM.
 */
static int collect_fields(
    struct http2_session *session, const struct reply_head *head, const struct buffer *lines,
    char *status, char *length)
{
    enum { AT_MOST = 7 }; /* besides the lines */
    struct buffer *fields = &session->response;
    buffer_consume(fields, buffer_length(fields));
    int err = buffer_reserve(fields, AT_MOST * sizeof(struct http2_field));
    if (err < 0)
        return err;
    put(fields, ":status", status, (size_t)(put_number(status, (uint64_t)head->status) - status));
    put(fields, "server", "hob", 3);
    put(fields, "date", http1_date(session->connection->server), HOB_HTTP_DATE_SIZE - 1);
    if (head->content_type)
        put(fields, "content-type", head->content_type, head->type_length);
    if (head->length != HOB_LENGTH_UNKNOWN && head->status != 204 && head->status != 304)
        put(fields, "content-length", length, (size_t)(put_number(length, head->length) - length));
    if (head->request_id)
        put(fields, "x-request-id", head->request_id, strlen(head->request_id));
    size_t size = buffer_length(lines);
    return size > 0 ? add_lines(fields, buffer_bytes(lines), size) : 0;
}

int http2_list_trailers(struct http2_stream *stream, const struct http2_field **fields)
{
    const struct hob_response *res = &exchange_of(stream->request)->res;
    struct buffer *list = &stream->session->response;
    buffer_consume(list, buffer_length(list));
    int err = add_lines(list, response_trailers(res), res->trailers_size);
    *fields = (const void *)buffer_bytes(list);
    return err < 0 ? err : (int)(buffer_length(list) / sizeof(**fields));
}

static int http2_begin(
    struct hob_response *res, const struct reply_head *head, const void *content, size_t size)
{
    struct http2_stream *self = http2_stream_of(res->request);
    struct http2_session *session = self->session;
    char status[24];
    char length[24];
    int err = collect_fields(session, head, &res->fields, status, length);
    if (err < 0)
        return err;
    bool follows = !res->without_content && (size > 0 || head->length != 0);
    err = session->framing->respond(
        session->frames, self->id, (const void *)buffer_bytes(&session->response),
        buffer_length(&session->response) / sizeof(struct http2_field), follows);
    if (err < 0)
        return err;
    self->output_ended = size > 0 || !follows;
    self->sent = !follows;
    self->content = content;
    self->content_size = size;
    http2_session_write(session);
    if (self->content_size > 0) /* the socket may take it; else it is copied */
        http2_session_send(session);
    http2_session_send_later(session);
    err = buffer_append(&self->out, self->content, self->content_size);
    self->content_size = 0;
    if (err < 0)
        http2_stream_reset(self, HTTP2_INTERNAL_ERROR); /* the head may be on its way */
    return 0;
}

/*
 * The content of the response, in pieces.
 */

static void resume(struct http2_stream *self)
{
    if (self->blocked && !self->closed)
        self->session->framing->resume(self->session->frames, self->id);
    self->blocked = false;
    http2_session_send_later(self->session);
}

static int http2_send(struct hob_response *res, const void *data, size_t size)
{
    struct http2_stream *self = http2_stream_of(res->request);
    if (self->closed)
        return -EPIPE;
    int err = buffer_append(&self->out, data, size);
    if (err < 0)
        return err;
    resume(self);
    if (buffer_length(&self->out) < HIGH_WATER)
        return 0;
    err = http2_stream_flush(self);
    return err < 0 ? err : hob_yield(); /* the client may have a large window: others get a turn */
}

static int http2_end(struct hob_response *res)
{
    struct http2_stream *self = http2_stream_of(res->request);
    self->output_ended = true;
    if (!self->sent)
        resume(self);
    return 0;
}

static void http2_release_client(struct hob_request *req)
{
    http2_session_send_later(http2_stream_of(req)->session);
}

static const char *http2_protocol(const struct hob_request *req)
{
    (void)req;
    return "HTTP/2.0";
}

static bool http2_describe_tls(const struct hob_request *req, hob_tls_info *info)
{
    return https_describe(http2_stream_of(req)->session->connection, info);
}

static int http2_format_peer(const struct hob_request *req, char *text, size_t size)
{
    return peer_format(&http2_stream_of(req)->session->connection->peer, text, size);
}

const struct carrier http2_carrier = {
    .read_body = http2_read_body,
    .trailers = http2_trailers,
    .begin = http2_begin,
    .send = http2_send,
    .end = http2_end,
    .release_client = http2_release_client,
    .protocol = http2_protocol,
    .describe_tls = http2_describe_tls,
    .format_peer = http2_format_peer,
};
