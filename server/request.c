#include "request.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

void request_init(struct hob_request *self, struct connection *connection)
{
    self->connection = connection;
    self->kept_head = NULL;
    self->continued = false;
    parser_init(&self->parser, connection->server->workspace->head);
}

void request_free(struct hob_request *self)
{
    free(self->kept_head);
}

int request_keep_head(struct hob_request *self)
{
    struct head *head = &self->parser.head;
    if (self->kept_head || head->length == 0)
        return 0;
    self->kept_head = malloc(head->length);
    if (!self->kept_head)
        return -ENOMEM;
    memcpy(self->kept_head, head->data, head->length);
    head->data = self->kept_head;
    return 0;
}

/* Half a head that had to be kept while the rest was on its way goes on in the workspace. */
static void return_head(struct hob_request *self)
{
    struct head *head = &self->parser.head;
    head->data = self->connection->server->workspace->head;
    if (!self->kept_head)
        return;
    memcpy(head->data, self->kept_head, head->length);
    free(self->kept_head);
    self->kept_head = NULL;
}

/* Parses up to `limit` bytes of the unread input. */
static void feed(struct hob_request *self, size_t limit)
{
    size_t length;
    const char *unread = connection_unread(self->connection, &length);
    length = length < limit ? length : limit;
    connection_consume(self->connection, parser_feed(&self->parser, unread, length));
}

int request_read_head(struct hob_request *self)
{
    while (self->parser.state == PARSER_HEAD) {
        int err = connection_fill(self->connection);
        if (err <= 0)
            return err;
        return_head(self);
        feed(self, SIZE_MAX);
    }
    return 1;
}

/* Reads some of the body to `data`, or to nowhere. Returns as hob_body_read() does. */
static int read_body(struct hob_request *self, char *data, size_t size)
{
    struct parser *parser = &self->parser;
    parser->body = data;
    parser->body_length = 0;
    while (parser->state == PARSER_BODY && parser->body_length == 0) {
        int err = connection_fill(self->connection);
        if (err <= 0)
            return err < 0 ? err : -ECONNRESET;
        feed(self, size);
    }
    return parser->state == PARSER_FAILED ? -EINVAL : (int)parser->body_length;
}

/* A client that asked whether to send the body at all is told so only when it is wanted. */
static int send_continue(struct hob_request *self)
{
    static const char response[] = "HTTP/1.1 100 Continue\r\n\r\n";
    size_t unread;
    connection_unread(self->connection, &unread);
    if (!self->parser.expect_continue || self->continued || unread > 0)
        return 0;
    if (self->parser.http.http_minor == 0) /* HTTP/1.0 knows no 1xx (RFC 9110 section 15.2) */
        return 0;
    self->continued = true;
    int err = buffer_append(connection_out(self->connection), response, sizeof(response) - 1);
    return err < 0 ? err : connection_flush(self->connection);
}

int hob_body_read(hob_request *req, void *data, size_t size)
{
    if (req->parser.state == PARSER_DONE || size == 0)
        return 0;
    int err = send_continue(req);
    return err < 0 ? err : read_body(req, data, size < INT_MAX ? size : INT_MAX);
}

bool request_can_drain(const struct hob_request *self)
{
    const struct parser *parser = &self->parser;
    if (parser->state != PARSER_BODY)
        return parser->state == PARSER_DONE;
    if (parser->expect_continue && !self->continued)
        return false; /* it is not known whether the client will send the body */
    return (parser->http.flags & F_CHUNKED) || parser->http.content_length <= DRAIN_LIMIT;
}

bool request_drain(struct hob_request *self)
{
    size_t drained = 0;
    while (self->parser.state == PARSER_BODY && drained <= DRAIN_LIMIT) {
        int received = read_body(self, NULL, DRAIN_LIMIT);
        if (received < 0)
            return false;
        drained += (size_t)received;
    }
    return self->parser.state == PARSER_DONE;
}

void *hob_request_context(const hob_request *req)
{
    return req->connection->server->options.context;
}

const char *hob_request_method(const hob_request *req)
{
    return llhttp_method_name((llhttp_method_t)req->parser.http.method);
}

/* The head, where its strings may be pointed to while the handler waits. NULL without memory. */
static const struct head *stable_head(hob_request *req)
{
    return request_keep_head(req) < 0 ? NULL : &req->parser.head;
}

const char *hob_request_path(hob_request *req)
{
    const struct head *head = stable_head(req);
    if (!head)
        return NULL;
    const char *path = head->data + head->path;
    return *path ? path : "/"; /* the absolute form may have none (RFC 9110 section 4.2.3) */
}

const char *hob_request_query(hob_request *req)
{
    const struct head *head = stable_head(req);
    return head && head->query ? head->data + head->query : NULL;
}

const char *hob_request_header(hob_request *req, const char *name)
{
    const struct head *head = stable_head(req);
    return head ? head_find(head, name) : NULL;
}
