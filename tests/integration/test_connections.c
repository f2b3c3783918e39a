/*
 * How long a connection lasts, and what it means to send the next request before the last response
 * has come.
 */
#include <linux/tcp.h>
#include <netinet/in.h>

#include "tests/support/integration.h"
#include "tests/support/kitchen.h"
#include "tests/support/memory.h"

TestSuite(connections, .timeout = 60);

#define KIB(n) ((size_t)(n)*1024)
#define HELLO  "Hello, world!"

/* Returns the request so many times in a row. */
static char *repeat(const char *request, size_t count)
{
    size_t length = strlen(request);
    char *text = zero_pages(count * length + 1), *end = text;
    for (size_t i = 0; i < count; i++)
        end = stpcpy(end, request);
    return text;
}

static void expect_pings(struct raw_client *client, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct response response = raw_receive(client);
        cr_assert_eq(response.status, 200, "response %zu of %zu: %d", i, count, response.status);
        cr_assert_str_eq(response.body, HELLO);
    }
}

ServerTest(connections, libcurl_uses_one_connection_for_many_orders, server_start())
{
    cr_expect_eq(get(&server, "/ping")->connections, 1);
    for (size_t i = 0; i < 10; i++)
        cr_expect_eq(get(&server, "/ping")->connections, 0);
}

/* Pipelining: several requests are sent at once, and their responses come in the same order. */

ClientTest(
    connections, pipelined_orders_are_answered_in_their_order, server_start("--time-scale", "0.05"))
{
    raw_send(client, GET("/noodles") GET("/ping") GET("/french-fries"));
    cr_expect_str_eq(raw_receive(client).body, NOODLES_DONE);
    cr_expect_str_eq(raw_receive(client).body, HELLO);
    cr_expect_str_eq(raw_receive(client).body, FRIES_DONE);
}

ClientTest(
    connections, an_order_sent_during_another_is_answered_next,
    server_start("--time-scale", "0.05", "--log-level", "debug"))
{
    raw_send(client, GET("/noodles"));
    cr_expect(server_logs(&server, "boil the egg"));
    raw_send(client, GET("/ping"));
    cr_expect_str_eq(raw_receive(client).body, NOODLES_DONE);
    cr_expect_str_eq(raw_receive(client).body, HELLO);
}

/*
 * A socket that is closed while the kernel still holds input for it resets the connection, and that
 * can destroy the response on its way.
 */
ServerTest(connections, close_is_answered_although_more_is_sent_behind, server_start())
{
    char *requests = repeat(REQUEST("GET /ping", "Connection: close\r\n"), 10000);
    for (size_t i = 0; i < 10; i++) {
        struct raw_client client = raw_connect(&server);
        raw_send(&client, requests);
        expect_pings(&client, 1);
        cr_expect(raw_ended(&client));
        raw_close(&client);
    }
}

static unsigned segments_received(const struct raw_client *client)
{
    struct tcp_info info = {0};
    socklen_t size = sizeof(info);
    cr_assert_eq(getsockopt(client->fd, IPPROTO_TCP, TCP_INFO, &info, &size), 0);
    return info.tcpi_data_segs_in;
}

/* One write arrives as one segment: the loopback interface takes up to 64 KiB in one. */
ClientTest(connections, the_responses_of_a_batch_leave_in_one_write, server_start())
{
    char *batch = repeat(GET("/ping"), 100);
    raw_send(client, batch);
    expect_pings(client, 100);
    cr_expect_eq(segments_received(client), 1);
}

ClientTest(connections, a_hundred_thousand_pipelined_pings_are_answered, server_start())
{
    char *batch = repeat(GET("/ping"), 100000);
    raw_send_meanwhile(client, batch, strlen(batch));
    expect_pings(client, 100000);
    raw_join(client);
}

ServerTest(connections, one_that_never_pauses_does_not_keep_others_waiting, server_start())
{
    struct raw_client client = raw_connect(&server);
    char *pings = repeat(GET("/ping"), 10000);
    raw_flood(&client, pings, strlen(pings));
    for (size_t i = 0; i < 20; i++)
        cr_expect_eq(get(&server, "/healthz")->status, 200);
    raw_end_flood(&client);
}

/* Requests that come while a handler waits are kept for later, but not without limit. */

static int wait_and_reply(hob_request *req, hob_response *res)
{
    int err = wait_for_release();
    return err < 0 ? err : reply(res, 200, "at last");
}

/* 1,024 of these fill 64 KiB, which is how much is kept. */
#define OTHER_OF_64_BYTES REQUEST("GET /other", "X-Padding: 12345678901\r\n")
_Static_assert(sizeof(OTHER_OF_64_BYTES) - 1 == 64, "or what is kept ends within a request");

/*
 * The server stops reading when it keeps enough. When all that has been answered it has to read
 * again, although it stands between two requests and looks idle.
 */
static int say_much(hob_request *req, hob_response *res)
{
    static char much[KIB(8)];
    memset(much, 'x', sizeof(much) - 1);
    return hob_reply_text(res, 200, much);
}

/* Each is served while the connection is idle, until the socket takes no more. */
ProcessTest(connections, responses_that_the_client_reads_late_are_all_there)
{
    enum { REQUESTS = 200 };
    int fd = listen_with_small_buffers();
    struct server server =
        serve_with(say_much, .sockets = &fd, .socket_count = 1, .write_timeout = 120);
    struct raw_client client = raw_connect(&server);
    for (size_t i = 0; i < REQUESTS; i++) {
        raw_send(&client, GET("/"));
        raw_settle(&client);
    }
    for (size_t i = 0; i < REQUESTS; i++) {
        struct response response = raw_receive(&client);
        cr_assert_eq(response.status, 200, "response %zu: %d", i, response.status);
        cr_assert_eq(response.length, KIB(8) - 1, "response %zu: %zu bytes", i, response.length);
    }
}

ClientTest(connections, reading_resumes_when_kept_input_is_answered, serve(wait_and_reply))
{
    char *behind = repeat(OTHER_OF_64_BYTES, 1024);
    raw_send(client, GET("/"));
    raw_settle(client);
    raw_send(client, behind);
    raw_settle(client);
    release(&server);
    cr_expect_str_eq(raw_receive(client).body, "at last");
    for (size_t i = 0; i < 1024; i++)
        cr_assert_str_eq(raw_receive(client).body, "other");
    cr_expect_str_eq(raw_exchange(client, GET("/other")).body, "other");
}

ClientTest(connections, a_flood_behind_a_slow_order_is_held_back, serve(wait_and_reply))
{
    enum { COUNT_BEHIND = 32 * 1024 }; /* a mebibyte */
    char *behind = repeat(GET("/other"), COUNT_BEHIND);
    get(&server, "/other"); /* what it needs memory for only once, it has now */
    size_t before = process_resident_bytes(server.process);
    raw_send(client, GET("/"));
    raw_send_meanwhile(client, behind, strlen(behind));

    cr_expect(eventually(raw_unread(client) > KIB(512)));
    for (size_t i = 0; i < 20; i++)
        get(&server, "/other"); /* now it had the time to read on */
    cr_expect_gt(raw_unread(client), KIB(512));
    size_t grown = process_resident_bytes(server.process) - before;
    if (!SANITIZED) /* a sanitizer takes memory of its own */
        cr_expect_lt(grown, KIB(512), "%zu KiB more", grown / 1024);

    release(&server);
    cr_expect_str_eq(raw_receive(client).body, "at last");
    for (size_t i = 0; i < COUNT_BEHIND; i++)
        cr_assert_str_eq(raw_receive(client).body, "other");
    raw_join(client);
}
