/*
 * A server that stops, or whose process is replaced, loses no request of HTTP/2 (RFC 9113 section
 * 6.8).
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "tests/support/eventually.h"
#include "tests/support/http2_client.h"
#include "tests/support/kitchen.h"
#include "tests/support/test.h"

TestSuite(http2_shutdown, .timeout = 60);

/* Requests in progress get their responses, and one that comes between the two GOAWAY, too. */
ServerTest(
    http2_shutdown, loses_no_request, server_start("--time-scale", "0.5", "--idle-grace", "20"))
{
    struct http2_client client = http2_connect(&server);
    for (uint32_t i = 0; i < 50; i++)
        http2_request(&client, 2 * i + 1, "GET /french-fries", "");
    http2_send(&client, PING, 0, 0, "12345678", 8);
    http2_await(&client, PING);
    server_signal(&server, SIGTERM);
    http2_await(&client, GOAWAY);
    cr_expect_eq(client.goaway_stream, 0x7fffffff);
    cr_expect_eq(client.goaway_error, HTTP2_NO_ERROR);
    http2_request(&client, 101, "GET /ping", "");
    http2_await(&client, PING); /* by which the server notices that this client knows */
    http2_send(&client, PING, ACK, 0, "\0\0\0\0\0\0\0\0", 8);
    http2_await(&client, GOAWAY);
    cr_expect_eq(client.goaway_stream, 101);
    cr_expect_eq(http2_response(&client, 101)->status, 200);
    for (uint32_t i = 0; i < 50; i++)
        cr_expect_str_eq(http2_response(&client, 2 * i + 1)->content, FRIES_DONE);
    http2_receive_all(&client);
    cr_expect_eq(client.goaways, 2);
    http2_close(&client);
    cr_expect_eq(process_result(server.process), 0);
}

/* A client with ten requests at a time, until it is to stop. It sends no request again. */
struct visitor {
    struct server server;
    pthread_t thread;
    atomic_bool over;
    atomic_size_t served;
    atomic_size_t lost;
};

/* Ten requests from a stream on. Those above the last stream of a GOAWAY were not accepted. */
static void ask(struct visitor *self, struct http2_client *client, uint32_t first)
{
    for (uint32_t i = first; i < first + 20; i += 2)
        http2_request(client, i, "GET /ping", "");
    for (uint32_t i = first; i < first + 20; i += 2) {
        const struct http2_result *result = http2_response(client, i);
        if (result->ended && result->status == 200)
            self->served++;
        else if (client->goaways == 0 || i <= client->goaway_stream)
            self->lost++;
    }
}

static void *visit(void *arg)
{
    struct visitor *self = arg;
    while (!self->over) {
        struct http2_client client = http2_connect(&self->server);
        for (uint32_t i = 1; i < 2000 && client.goaways == 0 && !client.gone && !self->over;
             i += 20)
            ask(self, &client, i);
        http2_close(&client);
    }
    return NULL;
}

ServerTest(http2_shutdown, restarts_under_load_lose_no_request, server_start("--idle-grace", "10"))
{
    enum { RESTARTS = 10 };
    struct visitor visitor = {.server = server};
    cr_assert_eq(pthread_create(&visitor.thread, NULL, visit, &visitor), 0);
    for (int i = 0; i < RESTARTS; i++) {
        size_t served = visitor.served;
        server_restart(&server);
        cr_expect(eventually(visitor.served > served + 100));
    }
    visitor.over = true;
    pthread_join(visitor.thread, NULL);
    cr_expect_eq(visitor.lost, 0, "%zu of %zu", (size_t)visitor.lost, (size_t)visitor.served);
}

/* An idle connection ends as well, and the server with it. */
ServerTest(http2_shutdown, ends_idle_connections, server_start())
{
    struct http2_client client = http2_connect(&server);
    http2_request(&client, 1, "GET /ping", "");
    http2_response(&client, 1);
    server_signal(&server, SIGTERM);
    http2_receive_all(&client);
    cr_expect_eq(client.goaways, 2);
    cr_expect_eq(client.goaway_error, HTTP2_NO_ERROR);
    http2_close(&client);
    cr_expect_eq(process_result(server.process), 0);
}

/* Requests that take longer than the grace are cancelled. */
ServerTest(http2_shutdown, has_a_grace, server_start("--time-scale", "1000", "--grace", "0.2"))
{
    struct http2_client client = http2_connect(&server);
    for (uint32_t i = 0; i < 10; i++)
        http2_request(&client, 2 * i + 1, "GET /french-fries", "");
    http2_send(&client, PING, 0, 0, "12345678", 8);
    http2_await(&client, PING);
    server_signal(&server, SIGTERM);
    http2_receive_all(&client);
    cr_expect(client.gone);
    http2_close(&client);
    cr_expect_eq(process_result(server.process), 0);
    cr_expect(server_logs(&server, "10 requests took longer than the grace"));
}
