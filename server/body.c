#include "body.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "hob/runtime.h"
#include "server.h"

/* Reads some of the body to `data`, or to nowhere. Returns as hob_body_read() does. */
static int
read_body(struct hob_request *request, char *data, size_t size, struct patience *patience)
{
    struct parser *parser = &request->parser;
    parser->body = data;
    parser->body_length = 0;
    while (parser->state == PARSER_BODY && parser->body_length == 0) {
        int err = connection_fill(request->connection, patience);
        if (err == -ETIMEDOUT && request->connection->late)
            server_reject(request->connection->server, HOB_REJECT_BODY_TIMEOUT);
        if (err <= 0)
            return err < 0 ? err : -ECONNRESET;
        request_feed(request, size);
    }
    /* What was good comes first, wherever the input happened to be cut. */
    return parser->body_length == 0 && parser->state == PARSER_FAILED ? -EINVAL
                                                                      : (int)parser->body_length;
}

static struct patience patience_for(const struct hob_request *request)
{
    return (struct patience){.seconds = request->connection->server->options.body_timeout};
}

/* A client that asked whether to send the body at all is told so only when it is wanted. */
static int send_continue(struct hob_request *request)
{
    static const char response[] = "HTTP/1.1 100 Continue\r\n\r\n";
    struct connection *connection = request->connection;
    size_t unread;
    connection_unread(connection, &unread);
    if (!request->parser.expect_continue || request->continued || unread > 0)
        return 0;
    if (request->parser.http.http_minor == 0) /* HTTP/1.0 knows no 1xx (RFC 9110 section 15.2) */
        return 0;
    request->continued = true;
    int err = buffer_append(connection_out(connection), response, sizeof(response) - 1);
    return err < 0 ? err : connection_flush(connection);
}

/* Bytes of the body that are announced and have not been read; 0 if that is not known. */
static uint64_t announced(const struct hob_request *request)
{
    const llhttp_t *http = &request->parser.http;
    return request->parser.state == PARSER_BODY && !(http->flags & F_CHUNKED) ? http->content_length
                                                                              : 0;
}

/* -EMSGSIZE if the body is, or is going to be, larger than `limit`. */
static int check_size(struct hob_request *request, size_t limit)
{
    if (request->body_size <= limit && announced(request) <= limit - request->body_size)
        return 0;
    if (request->body_limit == SIZE_MAX) /* this is found out again each time it is read */
        server_reject(request->connection->server, HOB_REJECT_BODY_LIMIT);
    request->body_limit = limit;
    return -EMSGSIZE;
}

static int read_within_limit(struct hob_request *req, void *data, size_t size)
{
    size_t own = req->own_body_limit;
    size_t limit = own > 0 ? own : req->connection->server->options.body_limit;
    int err = check_size(req, limit);
    if (err < 0 || req->parser.state == PARSER_DONE || size == 0)
        return err;
    err = send_continue(req);
    if (err < 0)
        return err;
    struct patience patience = patience_for(req);
    int length = read_body(req, data, size < INT_MAX ? size : INT_MAX, &patience);
    if (length > 0)
        req->body_size += (size_t)length;
    err = check_size(req, limit);
    return err < 0 ? err : length;
}

int hob_body_read(hob_request *req, void *data, size_t size)
{
    connection_expect_task(req->connection, __func__);
    int length = read_within_limit(req, data, size);
    if (length <= 0)
        task_yield_sometimes(req->connection->task);
    return length;
}

/* Reads the rest of the body to the end of the buffer. */
static int read_all(struct hob_request *request, size_t limit, struct buffer *body)
{
    int length;
    do {
        size_t expected = (size_t)announced(request);
        int err = check_size(request, limit);
        if (err == 0)
            err = buffer_reserve(body, expected > 0 ? expected + 1 : 4096);
        if (err < 0)
            return err;
        length = hob_body_read(request, body->data + body->end, body->capacity - body->end - 1);
        if (length > 0)
            body->end += (size_t)length;
    } while (length > 0);
    return length < 0 ? length : check_size(request, limit);
}

int hob_body_all(hob_request *req, size_t limit, hob_bytes *out)
{
    struct buffer body = {0};
    int err = read_all(req, limit, &body);
    *out = (hob_bytes){0};
    if (err < 0) {
        buffer_free(&body);
        return err;
    }
    *out = (hob_bytes){.data = body.data, .size = buffer_length(&body)};
    out->data[out->size] = '\0';
    err = hob_defer(free, out->data);
    if (err < 0)
        *out = (hob_bytes){0};
    return err;
}

bool body_can_drain(const struct hob_request *request)
{
    const struct parser *parser = &request->parser;
    const struct connection *connection = request->connection;
    if (parser->state != PARSER_BODY)
        return parser->state == PARSER_DONE;
    if (connection->late || (parser->expect_continue && !request->continued))
        return false; /* the client may never send the rest */
    if (!(parser->http.flags & F_CHUNKED))
        return announced(request) <= DRAIN_LIMIT;
    size_t unread;
    const char *input = connection_unread(connection, &unread);
    return parser_body_ends_within(parser, input, unread < DRAIN_LIMIT ? unread : DRAIN_LIMIT);
}

bool body_drain(struct hob_request *request)
{
    struct patience patience = patience_for(request); /* for all of it: nobody wants it */
    size_t drained = 0;
    while (request->parser.state == PARSER_BODY && drained <= DRAIN_LIMIT) {
        int received = read_body(request, NULL, DRAIN_LIMIT, &patience);
        if (received < 0)
            return false;
        drained += (size_t)received;
    }
    return request->parser.state == PARSER_DONE;
}
