#include "serve.h"

#include <errno.h>
#include <ev.h>
#include <math.h>
#include <stdio.h>

#include "body.h"
#include "connection.h"
#include "counts.h"
#include "hob/log.h"
#include "hob/runtime.h"
#include "hob/text.h"
#include "http/status.h"
#include "request.h"
#include "response.h"
#include "runtime/deadline.h"
#include "runtime/loop.h"

/* What to do with the connection when a request has been answered. */
enum next {
    NEXT_REQUEST, /* keep it */
    NEXT_CLOSE,
    NEXT_LINGER, /* close it, although the client is still sending */
    NEXT_ABORT,  /* reset it: nothing else tells the client that the response is not whole */
};

/* A request and its response, on the stack of the connection's task. */
struct exchange {
    struct hob_request req;
    struct hob_response res;
    bool timed_out; /* the handler had its time */
    bool late;      /* it has not replied since then: the timer was started */
    bool observed;  /* the observers were called */
    double began;   /* when the first bytes were there */
    ev_timer overdue;
};

/* One that was one too many is served all the same if others have gone meanwhile. */
static bool is_admitted(struct connection *connection)
{
    if (connection->over_limit && !door_is_crowded(connection->server))
        connection->over_limit = false;
    return !connection->over_limit;
}

/* RFC 9110 section 15.6.4. */
static void ask_to_come_back(struct hob_response *res)
{
    hob_response_header(res, "Retry-After", "1");
}

static int turn_away(struct hob_response *res)
{
    server_reject(res->request->connection->server, HOB_REJECT_CONNECTION_LIMIT);
    ask_to_come_back(res);
    return response_reply_error(res, 503, "the limit of connections (connection_limit) is reached");
}

void hob_request_finish_anyway(hob_request *req)
{
    req->connection->cancel_on_leave = false;
}

/* The request, or its body, breaks a rule or a limit. */
static int refuse(struct exchange *self)
{
    const struct parser *parser = &self->req.parser;
    server_reject(self->req.connection->server, reject_of_parser(parser));
    return response_reply_error(&self->res, parser->status, parser->reason);
}

/* What a handler's error means for the client, in the words of the limit that it came from. */
static void reply_error(struct exchange *self, int err)
{
    const struct hob_request *req = &self->req;
    const hob_server_options *options = &req->connection->server->options;
    char detail[100] = "";
    int status = status_of_error(err);
    if (req->parser.state == PARSER_FAILED) {
        refuse(self);
        return;
    }
    if (status == 503)
        ask_to_come_back(&self->res);
    if (err == -EMFILE || err == -ENFILE) {
        server_reject(req->connection->server, HOB_REJECT_DESCRIPTORS);
        refusals_note(&req->connection->server->refused.descriptors, "a request is refused", -err);
    }
    if (err == -ETIMEDOUT && req->connection->late) {
        status = 408;
        snprintf(
            detail, sizeof(detail), "nothing of the body came for %s s (body_timeout)",
            HOB_NUMBER(options->body_timeout));
    } else if (err == -ETIMEDOUT && self->timed_out) {
        server_reject(req->connection->server, HOB_REJECT_HANDLER_TIMEOUT);
        snprintf(
            detail, sizeof(detail), "it took longer than %s s (handler_timeout)",
            HOB_NUMBER(req->own_timeout > 0 ? req->own_timeout : options->handler_timeout));
    } else if (err == -EMSGSIZE && req->body_limit < SIZE_MAX) {
        snprintf(detail, sizeof(detail), "the body is larger than %zu bytes", req->body_limit);
    }
    response_reply_error(&self->res, status, *detail ? detail : NULL);
}

/* Replies for a handler that has not. Returns what it has returned, or -EIO if that was no error.
 */
static int reply_for_handler(struct exchange *self, int result)
{
    if (result >= 0) {
        const char *path = hob_request_peek_path(&self->req);
        hob_log(
            HOB_LOG_ERROR, "the handler of %s %s returned without a reply",
            hob_request_method(&self->req), path ? path : "a forgotten path");
        result = -EIO;
    }
    if (result != -ECANCELED)
        reply_error(self, result);
    return result;
}

static int run_handler(void *arg)
{
    struct exchange *self = arg;
    const hob_server_options *options = &self->req.connection->server->options;
    struct task *task = self->req.connection->task;
    self->req.before =
        deadline_limit(task, connection_now(self->req.connection) + options->handler_timeout);
    int result = options->handler(&self->req, &self->res);
    self->timed_out = task->deadline.expired && task->deadline.when == task->deadline.last;
    if (!self->res.replied)
        result = reply_for_handler(self, result);
    /* These lie in memory that ends with the handler. */
    self->req.match = NULL;
    self->req.values = NULL;
    self->res.hooks = NULL;
    return result;
}

static int call_handler(struct exchange *self)
{
    struct connection *connection = self->req.connection;
    connection->cancel_on_leave = true;
    int result = task_scope(connection->task, run_handler, self);
    connection->cancel_on_leave = false;
    return result;
}

/* Empty lines are not the beginning of a request (RFC 9112 section 2.2). */
static bool has_begun(const struct parser *parser)
{
    return parser->line.part > LINE_EMPTY_LF;
}

static void call_observers(struct exchange *self)
{
    struct hob_request *req = &self->req;
    const hob_server *server = req->connection->server;
    if (self->observed || (!self->res.replied && !has_begun(&req->parser)))
        return;
    self->observed = true;
    double end = connection_now(req->connection);
    const hob_exchange told = {
        .req = req,
        .status = self->res.status,
        .sent = self->res.sent,
        .began = self->began,
        .seconds = end - self->began,
    };
    request_end_head(req);
    req->observed = true;
    for (size_t i = 0; i < server->observer_count; i++)
        server->observers[i].observe(server->observers[i].context, &told);
    req->observed = false;
}

/*
 * A handler whose deadline has passed may still wait for something that cannot be cancelled, such
 * as a job of hob_offload(). Its client must not wait for that.
 */

/* Seconds that a handler gets after its handler_timeout for a reply of its own. */
#define LAST_WORD 1

static void on_overdue(struct ev_loop *ev, ev_timer *watcher, int events)
{
    struct exchange *self = watcher->data;
    struct connection *connection = self->req.connection;
    char who[DESCRIPTION_SIZE];
    (void)ev;
    (void)events;
    if (self->res.replied || connection->socket != SOCKET_OPEN)
        return;
    self->req.parser.keep_alive = false; /* the next request would wait for it */
    self->timed_out = true;
    /* These are called in coroutines. */
    self->res.hooks = NULL;
    self->res.plain_errors = true;
    reply_error(self, -ETIMEDOUT);
    hob_log(
        HOB_LOG_WARN,
        "%s gets status 504, but its handler goes on: what it waits for cannot be cancelled",
        task_describe(connection->task, who));
    connection_leave_workspace(connection);
    connection_end_output(connection);
    if (connection->server->observer_count > 0)
        call_observers(self);
}

static void on_expired(void *arg)
{
    struct connection *connection = arg;
    double end = connection->task->deadline.last + LAST_WORD;
    if (!connection->request || isinf(end))
        return;
    struct exchange *self = list_entry(connection->request, struct exchange, req);
    if (self->late || self->res.replied || self->req.parser.state == PARSER_HEAD)
        return;
    self->late = true;
    ev_timer_init(&self->overdue, on_overdue, fmax(end - hob_now(), 0), 0.);
    self->overdue.data = self;
    ev_timer_start(task_ev_loop(connection->task), &self->overdue);
}

const struct task_role serve_role = {.describe = request_describe, .expired = on_expired};

static enum next answer(struct exchange *self)
{
    const struct parser *parser = &self->req.parser;
    struct hob_response *res = &self->res;
    if (parser->state == PARSER_FAILED) {
        refuse(self);
        return NEXT_LINGER;
    }
    int result = is_admitted(self->req.connection) ? call_handler(self) : turn_away(res);
    if (!res->replied)
        return NEXT_CLOSE;
    bool is_stream = res->form != CONTENT_OF_KNOWN_LENGTH && !res->without_content;
    if (is_stream && (result < 0 || response_end_stream(res) < 0))
        return res->form == CONTENT_IN_CHUNKS ? NEXT_CLOSE : NEXT_ABORT;
    if (res->missing > 0)
        return NEXT_CLOSE; /* the client can tell by the length that this is not all */
    if (res->keep_alive)
        return NEXT_REQUEST;
    /*
     * Unless this was to be the client's last request, another one may be on its way. But who came
     * when there was no room must not keep others from being told so.
     */
    bool is_last = !parser->keep_alive || self->req.connection->over_limit;
    return parser->state == PARSER_DONE && is_last ? NEXT_CLOSE : NEXT_LINGER;
}

/* No head came. A client that has sent some of one is told why it gets no answer. */
static enum next give_up(struct exchange *self)
{
    char detail[100];
    const struct connection *connection = self->req.connection;
    if (connection->late)
        server_reject(connection->server, HOB_REJECT_HEAD_TIMEOUT);
    if (!connection->late || self->req.parser.head_bytes == 0)
        return NEXT_CLOSE;
    snprintf(
        detail, sizeof(detail), "the head was not there after %s s (head_timeout)",
        HOB_NUMBER(connection->server->options.head_timeout));
    self->req.parser.keep_alive = false;
    response_reply_error(&self->res, 408, detail);
    return NEXT_LINGER;
}

static enum next serve_request(struct connection *connection)
{
    struct exchange exchange;
    struct hob_request *req = &exchange.req;
    exchange.timed_out = exchange.late = exchange.observed = false;
    exchange.began = connection_now(connection);
    request_init(req, connection);
    response_init(&exchange.res, req);
    connection->request = req;
    enum next next = request_read_head(req) > 0 ? answer(&exchange) : give_up(&exchange);
    connection->now = 0; /* the handler may have taken a while */
    if (connection->server->observer_count > 0)
        call_observers(&exchange);
    /* Nobody waits for this any more. */
    if (next == NEXT_REQUEST && req->parser.state != PARSER_DONE && !body_drain(req))
        next = NEXT_LINGER;
    if (exchange.late)
        ev_timer_stop(task_ev_loop(connection->task), &exchange.overdue);
    connection->request = NULL;
    response_free(&exchange.res);
    request_free(req);
    return next;
}

/* Pipelined responses above this size do not wait for the rest of their batch. */
#define PIPELINED_AT_MOST (64 * 1024)

/*
 * Requests that arrived together are answered together, in one write. Returns whether there is
 * another one to serve.
 */
static bool has_more(struct connection *connection)
{
    size_t unread;
    connection_unread(connection, &unread);
    if (unread > 0 && buffer_length(connection_out(connection)) < PIPELINED_AT_MOST)
        return true;
    if (unread == 0 && connection_send_later(connection))
        return false;
    if (connection_flush(connection) < 0)
        return false;
    connection_unread(connection, &unread); /* more may have come while we waited */
    return unread > 0;
}

int serve_connection(void *arg)
{
    struct connection *self = arg;
    hob_server *server = self->server;
    struct task *task = self->task;
    enum next next = NEXT_REQUEST;

    server->serving_count++;
    task_before_wait(task, connection_leave_workspace, self);
    while (next == NEXT_REQUEST && has_more(self))
        next = serve_request(self);

    if (next == NEXT_ABORT)
        self->socket = SOCKET_ABANDONED;
    else
        connection_flush(self);
    if (next == NEXT_CLOSE && connection_has_input(self))
        next = NEXT_LINGER;
    if (next == NEXT_LINGER && !connection_is_broken(self))
        connection_linger(self);
    task_before_wait(task, NULL, NULL);
    server->serving_count--;
    if (next == NEXT_REQUEST && self->socket == SOCKET_OPEN)
        connection_become_idle(self);
    else
        connection_close(self);
    return 0;
}
