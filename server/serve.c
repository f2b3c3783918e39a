/*
 * How the requests of a connection are served: by a coroutine that reads, answers, and ends when
 * there is no more input.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "connection.h"
#include "hob/text.h"
#include "http1.h"
#include "http2/session.h"
#include "https/https.h"
#include "runtime/loop.h"

/* The next action on the connection when a request has been answered. */
enum next {
    NEXT_REQUEST, /* keep it */
    NEXT_CLOSE,
    NEXT_LINGER, /* close it, although the client is still sending */
    NEXT_HTTP2,  /* serve it by that protocol */
    NEXT_ABORT,  /* reset it: nothing else shows the client that the response is incomplete */
};

static int describe_request(const void *arg, char *text, size_t size)
{
    struct hob_request *req = ((const struct connection *)arg)->request;
    if (!req || http1_of(req)->parser.state == PARSER_HEAD)
        return 0;
    return request_describe(req, text, size);
}

static void expire_request(void *arg)
{
    const struct connection *connection = arg;
    struct hob_request *req = connection->request;
    if (req && http1_of(req)->parser.state != PARSER_HEAD && connection->socket == SOCKET_OPEN)
        exchange_expire(exchange_of(req));
}

/* Whether to serve a connection. One above the limit is served if others were closed meanwhile. */
static bool admit(struct connection *connection)
{
    if (connection->over_limit && !acceptor_is_over_limit(connection->server))
        connection->over_limit = false;
    return !connection->over_limit;
}

static void refuse_connection(struct hob_response *res)
{
    server_count_reject(res->request->server, HOB_REJECT_CONNECTION_LIMIT);
    hob_response_add_header(res, "Retry-After", "1"); /* RFC 9110 section 15.6.4 */
    response_reply_error(res, 503, "the limit of connections (connection_limit) is reached");
}

/* Returns the action after a response, or after a cancelled handler. */
static enum next next_of(const struct http1 *self)
{
    const struct parser *parser = &self->parser;
    const struct hob_response *res = &self->exchange.res;
    if (!res->replied)
        return NEXT_CLOSE;
    if (!res->whole) /* a client sees that by the length or by the missing last chunk */
        return !res->is_sized && !self->chunked ? NEXT_ABORT : NEXT_CLOSE;
    if (self->keep_alive)
        return NEXT_REQUEST;
    /*
     * Unless the client has announced its last request, it may be sending another one. A connection
     * above the limit does not linger, so that others can be refused too.
     */
    bool is_last = !parser->keep_alive || self->connection->over_limit;
    return parser->state == PARSER_DONE && is_last ? NEXT_CLOSE : NEXT_LINGER;
}

static enum next answer(struct http1 *self)
{
    struct connection *connection = self->connection;
    if (self->parser.state == PARSER_FAILED && http1_is_http2(self)) {
        self->exchange.observed = true; /* it is no request */
        return NEXT_HTTP2;
    }
    if (self->parser.state == PARSER_FAILED) {
        http1_end_head(self);
        exchange_refuse(&self->exchange);
        return NEXT_LINGER;
    }
    if (!admit(connection))
        refuse_connection(&self->exchange.res);
    else if (connection->needs_tls)
        https_refuse_plain(&self->exchange.res);
    else
        exchange_serve(&self->exchange, connection_now(connection));
    return next_of(self);
}

/* No head came. A client that has sent some of one gets a response. */
static enum next give_up(struct http1 *self)
{
    char detail[100];
    const struct connection *connection = self->connection;
    http1_end_head(self);
    if (connection->late)
        server_count_reject(connection->server, HOB_REJECT_HEAD_TIMEOUT);
    if (!connection->late || self->parser.head_bytes == 0)
        return NEXT_CLOSE;
    snprintf(
        detail, sizeof(detail), "the head was not there after %s s (head_timeout)",
        HOB_NUMBER(connection->server->options.head_timeout));
    self->parser.keep_alive = false;
    response_reply_error(&self->exchange.res, 408, detail);
    return NEXT_LINGER;
}

/* Empty lines are not the beginning of a request (RFC 9112 section 2.2). */
static bool has_begun(const struct http1 *self)
{
    return self->exchange.res.replied || self->parser.line.part > LINE_EMPTY_LF;
}

static enum next serve_request(struct connection *connection)
{
    struct http1 http1;
    http1_init(&http1, connection);
    connection->request = &http1.exchange.req;
    enum next next = http1_read_head(&http1) > 0 ? answer(&http1) : give_up(&http1);
    connection->now = 0; /* the handler may have taken a while */
    if (connection->server->observer_count > 0 && has_begun(&http1))
        exchange_observe(&http1.exchange, connection_now(connection));
    if (next == NEXT_REQUEST && http1.parser.state != PARSER_DONE && !http1_drain(&http1))
        next = NEXT_LINGER;
    connection->request = NULL;
    exchange_free(&http1.exchange);
    return next;
}

/* Pipelined responses above this size are sent before the next request is served. */
#define PIPELINED_MAX (64 * 1024)

/*
 * Requests that arrived together are answered together, in one write. Sends the output unless more
 * of them follow. Returns whether there is another request to serve.
 */
static bool send_unless_pipelined(struct connection *connection)
{
    size_t unread;
    connection_unread(connection, &unread);
    if (unread > 0 && buffer_length(connection_out(connection)) < PIPELINED_MAX)
        return true;
    if (unread == 0 && connection_send_later(connection))
        return false;
    if (connection_flush(connection) < 0)
        return false;
    connection_unread(connection, &unread); /* more may have come while we waited */
    return unread > 0;
}

/* Does the next action, behind the last request: ends the connection or leaves it idle. */
static void finish(struct connection *self, enum next next)
{
    if (next == NEXT_HTTP2) {
        task_set_before_wait(self->task, NULL, NULL);
        self->server->serving_count--;
        http2_start(self, "PRI ", strlen("PRI "));
        return;
    }
    if (next == NEXT_ABORT)
        self->socket = SOCKET_ABANDONED;
    else if (connection_flush(self) < 0 && next == NEXT_REQUEST)
        next = NEXT_CLOSE; /* the coroutine was cancelled, or the client takes nothing */
    if (self->tls && (next == NEXT_CLOSE || next == NEXT_LINGER))
        https_flush_end(self);
    if (next == NEXT_CLOSE && connection_has_input(self))
        next = NEXT_LINGER;
    if (next == NEXT_LINGER && !connection_is_broken(self))
        connection_linger(self);
    task_set_before_wait(self->task, NULL, NULL);
    self->server->serving_count--;
    if (next == NEXT_REQUEST && self->socket == SOCKET_OPEN)
        connection_become_idle(self);
    else
        connection_close(self);
}

/* The coroutine of a connection. */
static int serve_connection(void *arg)
{
    struct connection *self = arg;
    enum next next = NEXT_REQUEST;
    self->server->serving_count++;
    task_set_before_wait(self->task, connection_leave_workspace, self);
    while (next == NEXT_REQUEST && send_unless_pipelined(self))
        next = serve_request(self);
    finish(self, next);
    return 0;
}

/* Makes the connection's coroutine. Returns NULL if there is none: the connection is closed. */
static struct task *make_task(struct connection *self)
{
    static const struct task_role role = {.describe = describe_request, .expired = expire_request};
    assert(!self->task);
    list_remove(&self->waiting);
    struct task *task = task_make(
        self->server->stacks, self->server->task, NULL, "serve_connection", serve_connection, self);
    self->task = task;
    if (task) {
        task->role = &role;
    } else {
        server_reject_for_memory(self->server);
        connection_close(self);
    }
    return task;
}

void connection_serve(struct connection *self)
{
    assert(self->unread_length > 0);
    if (self->http2) {
        list_remove(&self->waiting);
        if (self->tls && self->tls->functions->has_input(self->tls))
            batch_add_readable(&self->server->batch, self);
        http2_session_on_input(self->http2);
        return;
    }
    struct task *task = make_task(self);
    if (task)
        task_start(task); /* which may close the connection */
}

void connection_start_flush(struct connection *self)
{
    assert(buffer_length(&self->unsent) > 0);
    if (make_task(self))
        task_wake(self->task);
}
