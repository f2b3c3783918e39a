#include "tests/support/lone_request.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

void lone_request_init(struct lone_request *self, const char *text, void *context)
{
    memset(self, 0, sizeof(*self));
    self->server.options.context = context;
    self->server.task = task_current(__func__); /* the clock for the Date line is its loop's */
    self->server.workspace = calloc(1, sizeof(*self->server.workspace));
    self->connection.server = &self->server;
    request_init(&self->req, &self->connection);
    response_init(&self->res, &self->req);
    self->connection.request = &self->req;

    size_t taken = parser_feed(&self->req.parser, text, strlen(text));
    cr_expect_eq(taken, strlen(text), "a bad request: %s", text);
    cr_expect_eq(self->req.parser.state, PARSER_DONE, "a bad request: %s", text);
}

void lone_request_free(struct lone_request *self)
{
    response_free(&self->res);
    request_free(&self->req);
    buffer_free(&self->server.workspace->out);
    free(self->server.workspace);
}

const char *lone_response(struct lone_request *self)
{
    struct buffer *out = connection_out(&self->connection);
    cr_expect_eq(buffer_append(out, "", 1), 0); /* the NUL of the string, which is not part of it */
    out->end--;
    return buffer_bytes(out);
}

const char *lone_content(struct lone_request *self)
{
    const char *end = strstr(lone_response(self), "\r\n\r\n");
    return end ? end + 4 : "";
}
