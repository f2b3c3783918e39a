#include "tests/support/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hob/net.h"
#include "hob/runtime.h"
#include "tests/support/criterion.h"

struct exchange_of_bytes {
    const hob_server_options *options;
    const char *request;
    hob_conn *conn;
    struct wire_response response;
};

/* Sends in the background, since the server may reply before it has read all. */
static int send_request(void *arg)
{
    const struct exchange_of_bytes *self = arg;
    int err = hob_conn_write(self->conn, self->request, strlen(self->request));
    return err < 0 ? err : hob_conn_shutdown(self->conn);
}

static void receive(hob_conn *conn, struct wire_response *response)
{
    int received = 1;
    size_t room = 128 * 1024;
    response->bytes = malloc(room);
    response->length = 0;
    cr_assert_not_null(response->bytes);
    while (received > 0 && response->length < room - 1) {
        received =
            hob_conn_read(conn, response->bytes + response->length, room - 1 - response->length);
        response->length += received > 0 ? (size_t)received : 0;
    }
    response->bytes[response->length] = '\0';
}

static int exchange(void *arg)
{
    struct exchange_of_bytes *self = arg;
    hob_server *server;
    cr_assert_eq(hob_server_open(self->options, &server), 0);
    hob_future *served = hob_server_start(server);
    const char *address = hob_server_url(server) + strlen("http://");
    char host[64];
    snprintf(host, sizeof(host), "%.*s", (int)strcspn(address, "/"), address);
    cr_assert_eq(hob_connect(host, NULL, &self->conn), 0);
    hob_future *sender = hob_async(send_request, self);
    receive(self->conn, &self->response);
    hob_await(sender);
    hob_conn_close(self->conn);
    hob_cancel(served); /* which takes less time than to stop */
    hob_await(served);
    hob_server_close(server);
    return 0;
}

struct wire_response wire_exchange(const hob_server_options *options, const char *request)
{
    struct exchange_of_bytes self = {.options = options, .request = request};
    hob_block_on(exchange, &self);
    return self.response;
}

void wire_response_free(struct wire_response *self)
{
    free(self->bytes);
}

void drop_date(struct wire_response *response)
{
    char *line = strstr(response->bytes, "\r\nDate: ");
    cr_assert(line, "no Date: %s", response->bytes);
    char *next = strstr(line + 2, "\r\n");
    cr_assert(next, "no end: %s", response->bytes);
    memmove(line, next, (size_t)(response->bytes + response->length + 1 - next));
    response->length -= (size_t)(next - line);
}

void expect_exchange(const hob_server_options *options, const char *request, const char *expected)
{
    struct wire_response response = wire_exchange(options, request);
    drop_date(&response);
    cr_expect_str_eq(response.bytes, expected, "to %s\n%s", request, response.bytes);
    wire_response_free(&response);
}
