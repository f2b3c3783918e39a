#include "serve.h"

#include <errno.h>

#include "connection.h"
#include "hob/log.h"
#include "request.h"
#include "response.h"
#include "status.h"

/* What to do with the connection when a request has been answered. */
enum next {
    NEXT_REQUEST, /* keep it */
    NEXT_CLOSE,
    NEXT_LINGER, /* close it, although the client is still sending */
};

/* The handler's reply, or one that tells why there is none. */
static void call_handler(struct hob_request *req, struct hob_response *res)
{
    struct connection *connection = req->connection;
    connection->handling = true;
    int result = connection->server->options.handler(req, res);
    connection->handling = false;

    if (res->replied || result == -ECANCELED)
        return;
    if (result >= 0) {
        hob_log(
            HOB_LOG_ERROR, "the handler of %s %s returned without a reply", hob_request_method(req),
            hob_request_path(req));
        result = -EIO;
    }
    response_reply_error(res, status_of_error(result), NULL);
}

static enum next answer(struct hob_request *req, struct hob_response *res)
{
    struct parser *parser = &req->parser;
    if (parser->state == PARSER_FAILED) {
        response_reply_error(res, parser->status, parser->reason);
        return NEXT_LINGER;
    }
    call_handler(req, res);
    if (!res->replied)
        return NEXT_CLOSE;
    if (res->keep_alive)
        return request_drain(req) ? NEXT_REQUEST : NEXT_LINGER;
    return parser->state == PARSER_DONE ? NEXT_CLOSE : NEXT_LINGER;
}

static enum next serve_request(struct connection *connection)
{
    struct hob_request req;
    struct hob_response res;
    enum next next = NEXT_CLOSE;

    request_init(&req, connection);
    response_init(&res, &req);
    connection->request = &req;
    if (request_read_head(&req) > 0)
        next = answer(&req, &res);
    connection->request = NULL;
    response_free(&res);
    request_free(&req);
    return next;
}

/* Pipelined responses above this size do not wait for the rest of their batch. */
#define BATCH_LIMIT (64 * 1024)

/*
 * Requests that arrived together are answered together, in one write. Returns whether there is
 * another one to serve.
 */
static bool has_more(struct connection *connection)
{
    size_t unread;
    connection_unread(connection, &unread);
    if (unread > 0 && buffer_length(connection_out(connection)) < BATCH_LIMIT)
        return true;
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
    enum next next;

    server->serving_count++;
    task_before_wait(task, connection_leave_workspace, self);
    do
        next = serve_request(self);
    while (next == NEXT_REQUEST && has_more(self));

    connection_flush(self);
    if (next == NEXT_CLOSE && connection_has_input(self))
        next = NEXT_LINGER;
    if (next == NEXT_LINGER && !self->broken)
        connection_linger(self);
    task_before_wait(task, NULL, NULL);
    server->serving_count--;
    if (next == NEXT_REQUEST && !self->ended && !self->broken && !server->stopping)
        connection_become_idle(self);
    else
        connection_close(self);
    return 0;
}
