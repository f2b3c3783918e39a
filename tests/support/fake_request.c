#include "tests/support/fake_request.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "hob/runtime.h"
#include "runtime/task.h"
#include "server/http1.h"
#include "server/server.h"

/* The state of a server while it answers one request. Too large for the stack of a coroutine. */
struct fake_exchange {
    struct hob_server server;
    struct connection connection;
    struct http1 http1;
};

static struct fake_exchange *fake_new(const struct fake_server *server)
{
    struct fake_exchange *self = calloc(1, sizeof(*self));
    cr_assert_not_null(self);
    self->server.options.handler = server->handler;
    self->server.options.context = server->context;
    self->server.options.router = server->router;
    self->server.options.error_page = server->error_page;
    self->server.options.request_ids = server->request_ids;
    self->server.closing = server->stopping;
    server_options_complete(&self->server.options);
    self->server.parser_limits = server_parser_limits(&self->server.options);
    self->server.workspace = workspace_new(self->server.options.head_limit);
    cr_assert_not_null(self->server.workspace);
    self->connection.server = &self->server;
    self->connection.socket = SOCKET_HALF_CLOSED; /* so that no socket is asked for more */
    self->connection.now = 1;
    http1_init(&self->http1, &self->connection);
    self->connection.request = &self->http1.exchange.req;
    return self;
}

static void fake_free(struct fake_exchange *self)
{
    exchange_free(&self->http1.exchange);
    workspace_free(self->server.workspace);
    free(self);
}

static void read_head(struct fake_exchange *self, const char *input, size_t length)
{
    self->connection.unread = input;
    self->connection.unread_length = length;
    cr_assert_eq(http1_read_head(&self->http1), 1, "the head is not whole: %s", input);
    cr_assert_neq(
        self->http1.parser.state, PARSER_FAILED, "%s: %s", self->http1.parser.reason, input);
}

static int call_handler(void *arg)
{
    struct fake_exchange *self = arg;
    self->server.task = task_current(__func__); /* whose loop knows the time */
    self->http1.exchange.req.task = self->connection.task = self->server.task;
    self->http1.exchange.req.cancellable = true;
    return self->server.options.handler(&self->http1.exchange.req, &self->http1.exchange.res);
}

static char *copy_of(const char *bytes, size_t length)
{
    char *copy = malloc(length + 1);
    cr_assert_not_null(copy);
    if (length > 0)
        memcpy(copy, bytes, length);
    copy[length] = '\0';
    return copy;
}

struct fake_response fake_exchange(const struct fake_server *server, const char *request)
{
    struct fake_response response;
    struct fake_exchange *exchange = fake_new(server);
    const struct buffer *out = &exchange->server.workspace->out;
    read_head(exchange, request, strlen(request));
    response.result = hob_block_on(call_handler, exchange);
    response.length = buffer_length(out);
    response.bytes = copy_of(out->data, response.length);
    fake_free(exchange);
    return response;
}

void fake_response_free(struct fake_response *self)
{
    free(self->bytes);
}

void drop_date(struct fake_response *response)
{
    char *line = strstr(response->bytes, "\r\nDate: ");
    cr_assert(line, "no Date: %s", response->bytes);
    char *next = strstr(line + 2, "\r\n");
    cr_assert(next, "no end: %s", response->bytes);
    memmove(line, next, (size_t)(response->bytes + response->length + 1 - next));
    response->length -= (size_t)(next - line);
}

void expect_exchange(const struct fake_server *server, const char *request, const char *expected)
{
    struct fake_response response = fake_exchange(server, request);
    drop_date(&response);
    cr_expect_str_eq(response.bytes, expected, "to %s\n%s", request, response.bytes);
    fake_response_free(&response);
}
