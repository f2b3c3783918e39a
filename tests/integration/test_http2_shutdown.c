/*
 * A server that stops, or whose process is replaced, loses no request of HTTP/2 (RFC 9113 section
 * 6.8).
 */
#include <signal.h>

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
