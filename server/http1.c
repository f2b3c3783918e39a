#include "http1.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/decimal.h"
#include "hob/http.h"
#include "http/status.h"
#include "https/https.h"
#include "runtime/loop.h"

/* Output that a slow client has not taken yet; above it hob_send() waits. See hob/response.h. */
#define HIGH_WATER (64 * 1024)

/* Content from this size on is sent from where it is, without a copy. */
#define LARGE (64 * 1024)

/* Why a request was refused whose parser has failed. */
static hob_reject reason_of(const struct parser *parser)
{
    switch (parser->status) {
    case 400:
        return HOB_REJECT_MALFORMED;
    case 414:
        return HOB_REJECT_TARGET_LIMIT;
    case 503:
        return HOB_REJECT_MEMORY;
    case 431:
        return parser->too_many_fields ? HOB_REJECT_HEADER_LIMIT : HOB_REJECT_HEAD_LIMIT;
    default:
        return HOB_REJECT_UNSUPPORTED;
    }
}

static void refuse(struct http1 *self)
{
    const struct parser *parser = &self->parser;
    self->exchange.req.refusal =
        (struct refusal){parser->status, reason_of(parser), parser->reason};
}

/* Parses up to `limit` bytes of the unread input. */
static void feed(struct http1 *self, size_t limit)
{
    size_t length;
    const char *unread = connection_unread(self->connection, &length);
    length = length < limit ? length : limit;
    connection_consume(self->connection, parser_feed(&self->parser, unread, length));
}

/*
 * The head of the request.
 */

int http1_read_head(struct http1 *self)
{
    struct hob_request *req = &self->exchange.req;
    struct patience patience = {
        .seconds = req->server->options.head_timeout,
        .until = self->connection->head_until,
    };
    while (self->parser.state == PARSER_HEAD) {
        int err = connection_fill(self->connection, &patience);
        if (err <= 0)
            return err;
        request_return_head(req, req->server->workspace->head);
        feed(self, SIZE_MAX);
    }
    req->body_length = self->parser.content_length;
    if (self->parser.state == PARSER_FAILED)
        refuse(self);
    else
        self->connection->head_until = 0;
    return 1;
}

bool http1_is_http2(const struct http1 *self)
{
    const struct parser *parser = &self->parser;
    if (self->connection->tls || self->connection->needs_tls)
        return false; /* ALPN would have chosen it */
    return parser->head_bytes == strlen("PRI ") && memcmp(parser->line.name, "PRI", 4) == 0 &&
           self->connection->head_until > 0 && self->exchange.req.server->options.http2;
}

void http1_end_head(struct http1 *self)
{
    struct hob_request *req = &self->exchange.req;
    struct head *head = &req->head;
    if (head->headers > 0) /* the target is there, and the headers that count are whole */
        return;
    request_return_head(req, req->server->workspace->head); /* where there is room to end it */
    if (head->length == 0) {
        request_forget_head(req);
        return;
    }
    head_end_string(head);
    head->headers = head->length;
}

/*
 * The body of the request.
 */

static struct patience patience_for(const struct http1 *self)
{
    return (struct patience){.seconds = self->exchange.req.server->options.body_timeout};
}

/* Reads some of the body to `data`, or drops it if that is NULL. Returns as hob_body_read(). */
static int read_some(struct http1 *self, char *data, size_t size, struct patience *patience)
{
    struct hob_request *req = &self->exchange.req;
    struct parser *parser = &self->parser;
    parser->body = data;
    parser->body_length = 0;
    while (parser->state == PARSER_BODY && parser->body_length == 0) {
        int err = connection_fill(self->connection, patience);
        req->body_late = err == -ETIMEDOUT && self->connection->late;
        if (req->body_late)
            server_count_reject(req->server, HOB_REJECT_BODY_TIMEOUT);
        if (err <= 0)
            return err < 0 ? err : -ECONNRESET;
        feed(self, size);
    }
    if (parser->state == PARSER_FAILED)
        refuse(self);
    /* Valid bytes are returned before the error, however the input was split. */
    return parser->body_length == 0 && parser->state == PARSER_FAILED ? -EINVAL
                                                                      : (int)parser->body_length;
}

/* Sends 100 Continue to a client that waits for it, once the body is wanted. */
static int send_continue(struct http1 *self)
{
    static const char response[] = "HTTP/1.1 100 Continue\r\n\r\n";
    struct connection *connection = self->connection;
    size_t unread;
    connection_unread(connection, &unread);
    if (!self->parser.expect_continue || self->continued || unread > 0)
        return 0;
    if (self->parser.line.minor == 0) /* HTTP/1.0 has no 1xx (RFC 9110 section 15.2) */
        return 0;
    self->continued = true;
    int err = buffer_append(connection_out(connection), response, sizeof(response) - 1);
    return err < 0 ? err : connection_flush(connection);
}

/* Has the parser keep trailers until the handler returns. */
static int want_trailers(struct http1 *self)
{
    const struct parser_limits *limits = self->parser.limits;
    struct trailers *trailers = trailers_new(limits->head, limits->header_count);
    int err = trailers ? hob_defer(trailers_free, trailers) : -ENOMEM;
    self->parser.chunks.trailers = err == 0 ? trailers : NULL;
    return err;
}

static const struct trailers *http1_trailers(const struct hob_request *req)
{
    const struct parser *parser = &((const struct http1 *)req)->parser;
    return parser->state == PARSER_DONE ? parser->chunks.trailers : NULL;
}

static int http1_read_body(struct hob_request *req, void *data, size_t size)
{
    struct http1 *self = http1_of(req);
    struct parser *parser = &self->parser;
    if (parser->state == PARSER_DONE)
        return 0;
    int err = parser->chunked && !parser->chunks.trailers ? want_trailers(self) : 0;
    if (err == 0)
        err = send_continue(self);
    if (err < 0)
        return err;
    struct patience patience = patience_for(self);
    return read_some(self, data, size < INT_MAX ? size : INT_MAX, &patience);
}

bool http1_can_drain(const struct http1 *self)
{
    const struct parser *parser = &self->parser;
    const struct connection *connection = self->connection;
    if (parser->state != PARSER_BODY)
        return parser->state == PARSER_DONE;
    if (connection->late || (parser->expect_continue && !self->continued))
        return false; /* the client may never send the rest */
    if (!parser->chunked)
        return parser->content_length <= DRAIN_LIMIT;
    size_t unread;
    const char *input = connection_unread(connection, &unread);
    return parser_body_ends_within(parser, input, unread < DRAIN_LIMIT ? unread : DRAIN_LIMIT);
}

bool http1_drain(struct http1 *self)
{
    struct patience patience = patience_for(self); /* for the whole rest, which is dropped */
    size_t drained = 0;
    self->parser.chunks.trailers = NULL; /* they have ended with the handler */
    while (self->parser.state == PARSER_BODY && drained <= DRAIN_LIMIT) {
        int received = read_some(self, NULL, DRAIN_LIMIT, &patience);
        if (received < 0)
            return false;
        drained += (size_t)received;
    }
    return self->parser.state == PARSER_DONE;
}

/*
 * The head of the response.
 */

/*
 * The lines that every response with status 200 begins with. They are formatted again when the
 * second has changed (RFC 9110 section 6.6.1).
 */
static const struct workspace *usual_begin(hob_server *server)
{
    struct workspace *workspace = server->workspace;
    time_t now = (time_t)ev_now(task_ev_loop(server->task));
    if (now != workspace->formatted_at) {
        char date[HOB_HTTP_DATE_SIZE];
        hob_http_date(now, date);
        workspace->usual_length = (size_t)snprintf(
            workspace->usual_begin, sizeof(workspace->usual_begin),
            USUAL_STATUS_LINE "Server: hob\r\nDate: %s\r\n", date);
        workspace->formatted_at = now;
    }
    return workspace;
}

const char *http1_date(hob_server *server)
{
    return usual_begin(server)->usual_begin + strlen(USUAL_STATUS_LINE "Server: hob\r\nDate: ");
}

/* Room for the lines of a head that have a bounded length. */
#define FIXED_FIELDS_SIZE 480

/* Each of these writes something to `at`, where room was reserved, and returns its end. */

static char *put(char *at, const char *text)
{
    return stpcpy(at, text);
}

static char *put_status_line(char *at, int status)
{
    at = put(at, "HTTP/1.1 ");
    at = put_number(at, (uint64_t)status);
    at = put(at, " ");
    at = put(at, status_reason(status));
    return put(at, "\r\n");
}

static char *put_framing(const struct http1 *self, char *at, const struct reply_head *head)
{
    if (self->chunked) {
        at = put(at, "Transfer-Encoding: chunked\r\n");
    } else if (head->length != HOB_LENGTH_UNKNOWN && head->status != 204 && head->status != 304) {
        at = put(at, "Content-Length: "); /* the others have none (RFC 9110 section 8.6) */
        at = put_number(at, head->length);
        at = put(at, "\r\n");
    }
    if (!self->keep_alive)
        at = put(at, "Connection: close\r\n");
    else if (self->parser.line.minor == 0)
        at = put(at, "Connection: keep-alive\r\n");
    return at;
}

static char *put_head(
    const struct http1 *self, char *at, const struct reply_head *head, const struct buffer *fields)
{
    const struct workspace *usual = usual_begin(self->connection->server);
    if (head->status == 200)
        at = mempcpy(at, usual->usual_begin, usual->usual_length);
    else
        at = put(put_status_line(at, head->status), usual->usual_begin + strlen(USUAL_STATUS_LINE));
    if (head->content_type) {
        at = put(at, "Content-Type: ");
        at = mempcpy(at, head->content_type, head->type_length);
        at = put(at, "\r\n");
    }
    at = put_framing(self, at, head);
    if (head->request_id)
        at = put(put(put(at, "X-Request-Id: "), head->request_id), "\r\n");
    if (buffer_length(fields) > 0)
        at = mempcpy(at, buffer_bytes(fields), buffer_length(fields));
    return put(at, "\r\n");
}

/*
 * Whether the server ends the connection with this response. A server that stops still answers what
 * was pipelined behind this request, since the client was promised a connection that lasts.
 */
static bool is_last_response(const struct connection *connection)
{
    return connection->over_limit || connection->needs_tls ||
           (connection->server->closing && !connection_has_input(connection));
}

static int http1_begin(
    struct hob_response *res, const struct reply_head *head, const void *content, size_t size)
{
    struct http1 *self = http1_of(res->request);
    struct buffer *out = connection_out(self->connection);
    bool streamed = head->length == HOB_LENGTH_UNKNOWN;
    bool large = size >= LARGE;
    size_t room = FIXED_FIELDS_SIZE + head->type_length + buffer_length(&res->fields);
    int err = buffer_reserve(out, large ? room : room + size);
    if (err < 0)
        return err;
    self->chunked = streamed && self->parser.line.minor > 0;
    self->keep_alive = self->parser.keep_alive && http1_can_drain(self) &&
                       (!streamed || self->chunked) && !res->late &&
                       !is_last_response(self->connection);
    char *end = put_head(self, buffer_room(out), head, &res->fields);
    if (size > 0 && !large)
        end = mempcpy(end, content, size);
    buffer_fill(out, end);
    if (large)
        connection_send_large(self->connection, content, size);
    return 0;
}

/*
 * The content of the response, in pieces.
 */

/* A chunk is its size in hexadecimal, the bytes, and line breaks (RFC 9112 section 7.1). */
static int put_chunk(struct buffer *out, const char *data, size_t size)
{
    char line[16];
    int length = snprintf(line, sizeof(line), "%zx\r\n", size);
    int err = buffer_reserve(out, (size_t)length + size + 2);
    if (err < 0)
        return err;
    buffer_append(out, line, (size_t)length);
    buffer_append(out, data, size);
    return buffer_append(out, "\r\n", 2);
}

static int http1_send(struct hob_response *res, const void *data, size_t size)
{
    struct http1 *self = http1_of(res->request);
    struct connection *connection = self->connection;
    struct buffer *out = connection_out(connection);
    int err = self->chunked ? put_chunk(out, data, size) : buffer_append(out, data, size);
    if (err == 0 && buffer_length(out) >= HIGH_WATER) {
        err = connection_flush(connection);
        if (err == 0)
            err = hob_yield(); /* the kernel may take megabytes at once: others get a turn */
    }
    return connection_is_broken(connection) ? -EPIPE : err;
}

static int http1_end(struct hob_response *res)
{
    struct http1 *self = http1_of(res->request);
    struct buffer *out = connection_out(self->connection);
    int err = self->chunked ? buffer_reserve(out, strlen("0\r\n\r\n") + res->trailers_size) : 0;
    if (err < 0 || !self->chunked)
        return err;
    buffer_append(out, "0\r\n", 3);
    buffer_append(out, response_trailers(res), res->trailers_size);
    return buffer_append(out, "\r\n", 2);
}

static void http1_release_client(struct hob_request *req)
{
    struct http1 *self = http1_of(req);
    connection_leave_workspace(self->connection);
    connection_end_output(self->connection);
}

static const char *http1_protocol(const struct hob_request *req)
{
    const struct request_line *line = &((const struct http1 *)req)->parser.line;
    if (line->part != LINE_DONE)
        return "";
    return line->minor == 0 ? "HTTP/1.0" : "HTTP/1.1";
}

static bool http1_describe_tls(const struct hob_request *req, hob_tls_info *info)
{
    return https_describe(((const struct http1 *)req)->connection, info);
}

static int http1_format_peer(const struct hob_request *req, char *text, size_t size)
{
    return peer_format(&((const struct http1 *)req)->connection->peer, text, size);
}

const struct carrier http1_carrier = {
    .read_body = http1_read_body,
    .trailers = http1_trailers,
    .begin = http1_begin,
    .send = http1_send,
    .end = http1_end,
    .release_client = http1_release_client,
    .protocol = http1_protocol,
    .describe_tls = http1_describe_tls,
    .format_peer = http1_format_peer,
};
