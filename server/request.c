#include "request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/target.h"
#include "runtime/deadline.h"
#include "runtime/misuse.h"

void request_init(struct hob_request *self, struct connection *connection)
{
    self->connection = connection;
    self->kept_head = NULL;
    self->continued = false;
    self->body_size = 0;
    self->body_limit = SIZE_MAX;
    self->own_body_limit = 0;
    self->own_timeout = 0;
    self->match = NULL;
    self->values = NULL;
    self->route = NULL;
    self->id[0] = '\0';
    self->observed = false;
    parser_init(
        &self->parser, connection->server->workspace->head, &connection->server->parser_limits);
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

const struct head *request_stable_head(struct hob_request *self)
{
    const struct head *head = &self->parser.head;
    bool stable = self->observed || request_keep_head(self) == 0;
    return stable && head->data ? head : NULL;
}

void request_forget_head(struct hob_request *self)
{
    self->parser.head = (struct head){0};
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

void request_end_head(struct hob_request *self)
{
    struct head *head = &self->parser.head;
    if (head->headers > 0) /* the target is there, and the headers that count are whole */
        return;
    return_head(self); /* where there is room to end it */
    if (head->length == 0) {
        request_forget_head(self);
        return;
    }
    head_end_string(head);
    head->headers = head->length;
}

void request_feed(struct hob_request *self, size_t limit)
{
    size_t length;
    const char *unread = connection_unread(self->connection, &length);
    length = length < limit ? length : limit;
    connection_consume(self->connection, parser_feed(&self->parser, unread, length));
}

/*
 * Makes an id if there is none. The response and the access log have it from now on, so that they
 * can be found by the message.
 */
int request_describe(const void *connection, char *text, size_t size)
{
    struct hob_request *self = ((const struct connection *)connection)->request;
    if (!self || self->parser.state == PARSER_HEAD)
        return 0;
    const char *path = hob_request_peek_path(self);
    const char *id = request_id_peek(self);
    path = path ? path : "?";
    id = id ? id : "?";
    if (self->route)
        return snprintf(
            text, size, "%.100s (path %.120s, request id %.128s)", self->route, path, id);
    return snprintf(
        text, size, "%s %.120s (no route, request id %.128s)", hob_request_method(self), path, id);
}

int request_read_head(struct hob_request *self)
{
    struct patience patience = {
        .seconds = self->connection->server->options.head_timeout,
        .until = self->connection->head_until,
    };
    self->connection->head_until = 0;
    while (self->parser.state == PARSER_HEAD) {
        int err = connection_fill(self->connection, &patience);
        if (err <= 0)
            return err;
        return_head(self);
        request_feed(self, SIZE_MAX);
    }
    return 1;
}

void *hob_request_context(const hob_request *req)
{
    return req->connection->server->options.context;
}

static void release_descriptor(void *arg)
{
    hob_server *server = arg;
    server->reserved_descriptors--;
    door_make_room(server);
}

int hob_request_reserve_descriptor(hob_request *req)
{
    hob_server *server = req->connection->server;
    connection_expect_task(req->connection, __func__);
    server->reserved_descriptors++;
    return hob_defer(release_descriptor, server);
}

hob_server *hob_request_server(const hob_request *req)
{
    return req->connection->server;
}

void hob_request_set_body_limit(hob_request *req, size_t bytes)
{
    req->own_body_limit = bytes;
}

void hob_request_set_timeout(hob_request *req, double seconds)
{
    struct task *task = req->connection->task;
    connection_expect_task(req->connection, __func__);
    deadline_unlimit(task, req->before);
    req->before = deadline_limit(task, hob_now() + seconds);
    req->own_timeout = seconds;
}

const char *hob_request_route(const hob_request *req)
{
    return req->route;
}

const hob_router *hob_request_router(const hob_request *req)
{
    return req->connection->server->options.router;
}

void hob_request_set_route(hob_request *req, const char *pattern, void *match)
{
    if (req->match)
        misuse(__func__, "a router has set the route already");
    req->route = pattern;
    req->match = match;
}

void *hob_request_match(const hob_request *req)
{
    return req->match;
}

int hob_request_peer(const hob_request *req, char *text, size_t size)
{
    return peer_format(&req->connection->peer, text, size);
}

const char *hob_request_method(const hob_request *req)
{
    return req->parser.line.name;
}

const char *hob_request_protocol(const hob_request *req)
{
    const struct request_line *line = &req->parser.line;
    if (line->part != LINE_DONE)
        return "";
    return line->minor == 0 ? "HTTP/1.0" : "HTTP/1.1";
}

const char *hob_request_peek_path(const hob_request *req)
{
    const struct head *head = &req->parser.head;
    if (!head->data)
        return NULL;
    const char *path = head->data + head->path;
    return *path ? path : "/"; /* the absolute form may have none (RFC 9110 section 4.2.3) */
}

const char *hob_request_path(hob_request *req)
{
    return request_stable_head(req) ? hob_request_peek_path(req) : NULL;
}

const char *hob_request_query(hob_request *req)
{
    const struct head *head = request_stable_head(req);
    return head && head->query ? head->data + head->query : NULL;
}

const char *hob_request_header(hob_request *req, const char *name)
{
    const struct head *head = request_stable_head(req);
    return head ? head_find(head, name) : NULL;
}

const char *hob_request_header_list(hob_request *req, const char *name)
{
    const struct head *head = request_stable_head(req);
    const char *first = head ? head_find(head, name) : NULL;
    size_t size = first ? head_join(head, name, NULL) : 0;
    if (size <= (first ? strlen(first) + 1 : 0)) /* there are no others */
        return first;
    char *joined = hob_alloc(size);
    if (joined)
        head_join(head, name, joined);
    return joined;
}

int hob_normalise_path(char *path)
{
    return target_normalise(path) ? -EINVAL : 0;
}
