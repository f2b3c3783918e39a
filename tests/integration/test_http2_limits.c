/*
 * The limits of a client of HTTP/2: each has a reason to count, and ends the stream or the
 * connection (docs/http2.md).
 */
#include <math.h>

#include "hob/http2.h"
#include "tests/support/eventually.h"
#include "tests/support/handler_server.h"
#include "tests/support/http2_client.h"
#include "tests/support/http_client.h"
#include "tests/support/test.h"

TestSuite(http2_limits, .timeout = 60);

static const char zeros[16 * 1024];

/* GET /count/REASON replies how often this was the reason. GET / waits. */
static int wait_or_count(hob_request *req, hob_response *res)
{
    hob_server_counts counts;
    const char *path = hob_request_path(req);
    if (strcmp(path, "/") == 0)
        return hob_sleep(INFINITY);
    hob_server_count(hob_request_server(req), &counts);
    if (strcmp(path, "/connections") == 0)
        return reply(res, 200, "%zu", counts.connections);
    for (hob_reject reason = 0; reason < HOB_REJECT_COUNT; reason++) {
        if (strcmp(hob_reject_name(reason), path + 7) == 0)
            return reply(res, 200, "%llu", (unsigned long long)counts.rejects[reason]);
    }
    return -ENOENT;
}

static struct server serve_limited(hob_server_options options)
{
    options.http2 = hob_http2();
    return serve_within(wait_or_count, options);
}

static unsigned long count_of(const struct server *server, const char *reason)
{
    char path[64];
    snprintf(path, sizeof(path), "/count/%s", reason);
    return strtoul(get(server, path)->body.bytes, NULL, 10);
}

/* The connection ends with this error, and the reason is counted once. */
static void expect_end(
    const struct server *server, struct http2_client *client, uint32_t error, const char *reason)
{
    http2_receive_all(client);
    cr_expect_eq(client->goaway_error, error, "%s: error %u", reason, client->goaway_error);
    cr_expect_eq(count_of(server, reason), 1, "%s: %lu", reason, count_of(server, reason));
    http2_close(client);
}

ServerTest(http2_limits, streams_may_not_be_reset_too_often, serve_limited((hob_server_options){0}))
{
    struct http2_client client = http2_connect(&server);
    for (uint32_t i = 0; i < 1000; i++) {
        http2_request(&client, 2 * i + 1, "GET /", "");
        http2_send_number(&client, HTTP2_RST_STREAM, 2 * i + 1, HTTP2_CANCEL);
    }
    expect_end(&server, &client, HTTP2_ENHANCE_YOUR_CALM, "rapid_reset");
    cr_expect(server_logs(&server, "it resets too many streams"));
}

/* A window that is opened too far makes the server reset the stream. */
ServerTest(
    http2_limits, resets_may_not_be_provoked_too_often, serve_limited((hob_server_options){0}))
{
    struct http2_client client = http2_connect(&server);
    for (uint32_t i = 0; i < 1000 && !client.gone; i++) {
        http2_request(&client, 2 * i + 1, "GET /", "");
        http2_send_number(&client, HTTP2_WINDOW_UPDATE, 2 * i + 1, INT32_MAX);
        http2_response(&client, 2 * i + 1);
    }
    expect_end(&server, &client, HTTP2_ENHANCE_YOUR_CALM, "rapid_reset");
}

/* A client that reads nothing would make the server keep a reset for each of them. */
ServerTest(http2_limits, malformed_heads_have_a_limit, serve_limited((hob_server_options){0}))
{
    struct http2_client client = http2_connect(&server);
    for (uint32_t i = 0; i < 1000; i++)
        http2_request(&client, 2 * i + 1, "GET /", "Upper: case\n");
    expect_end(&server, &client, HTTP2_ENHANCE_YOUR_CALM, "rapid_reset");
}

/* A page that is left resets what it has asked for, and then another one is loaded. */
ServerTest(http2_limits, a_page_may_be_left, serve_limited((hob_server_options){0}))
{
    struct http2_client client = http2_connect(&server);
    for (uint32_t i = 0; i < 100; i++)
        http2_request(&client, 2 * i + 1, "GET /", "");
    for (uint32_t i = 0; i < 100; i++)
        http2_send_number(&client, HTTP2_RST_STREAM, 2 * i + 1, HTTP2_CANCEL);
    http2_send(&client, PING, 0, 0, zeros, 8);
    http2_await(&client, PING);
    http2_request(&client, 201, "GET /other", "");
    cr_expect_eq(http2_response(&client, 201)->status, 200);
    http2_close(&client);
}

ServerTest(http2_limits, a_connection_has_a_hundred_streams, serve_limited((hob_server_options){0}))
{
    struct http2_client client = http2_connect(&server);
    http2_send(&client, SETTINGS, ACK, 0, NULL, 0);
    for (uint32_t i = 0; i < 100; i++)
        http2_request(&client, 2 * i + 1, "GET /", "");
    http2_request(&client, 201, "GET /other", "");
    const struct http2_result *result = http2_response(&client, 201);
    cr_expect(client.goaway_error == HTTP2_PROTOCOL_ERROR || result->error == HTTP2_REFUSED_STREAM);
    http2_close(&client);
}

/* Frames that cost the server more than the client. */
static const struct {
    const char *name;
    int type;
    uint32_t stream;
    size_t length;
} floods[] = {
    {"PING", PING, 0, 8},
    {"SETTINGS", SETTINGS, 0, 0},
    {"PRIORITY", PRIORITY, 1, 5},
    {"empty DATA", HTTP2_DATA, 1, 0},
};

ServerTest(http2_limits, floods_end_the_connection, serve_limited((hob_server_options){0}))
{
    for (size_t i = 0; i < COUNT(floods); i++) {
        struct http2_client client = http2_connect(&server);
        http2_begin_request(&client, 1, "POST /", "");
        for (size_t sent = 0; sent < 3000; sent++)
            http2_send(
                &client, floods[i].type, 0, floods[i].stream, "\0\0\0\3\0\0\0\0", floods[i].length);
        http2_receive_all(&client);
        cr_expect_eq(client.goaway_error, HTTP2_ENHANCE_YOUR_CALM, "%s", floods[i].name);
        cr_expect_eq(count_of(&server, "flood"), i + 1, "%s", floods[i].name);
        http2_close(&client);
    }
}

/* nghttp2 ends a head of more than 8 of them, before any limit of hob. */
ServerTest(http2_limits, a_flood_of_continuation_ends, serve_limited((hob_server_options){0}))
{
    struct http2_client client = http2_connect(&server);
    http2_send_fields(&client, 1, END_STREAM, ":method: GET\n");
    for (size_t sent = 0; sent < 3000; sent++)
        http2_send(&client, HTTP2_CONTINUATION, 0, 1, NULL, 0);
    http2_receive_all(&client);
    cr_expect(client.gone);
    http2_close(&client);
    cr_expect_eq(count_of(&server, "flood"), 1);
}

ServerTest(
    http2_limits, a_head_has_a_size,
    serve_limited((hob_server_options){.head_limit = 4000, .target_limit = 1000}))
{
    static char fields[4100];
    static char line[1100];
    struct http2_client client = http2_connect(&server);
    for (size_t at = 0; at < 1800; at += 12)
        memcpy(fields + at, "name: value\n", 13);
    http2_request(&client, 1, "GET /other", fields); /* 150 */
    cr_expect_eq(http2_response(&client, 1)->status, 431);
    snprintf(fields, sizeof(fields), "name: %03900d\n", 0);
    http2_request(&client, 3, "GET /other", fields);
    cr_expect_eq(http2_response(&client, 3)->status, 200);
    snprintf(fields, sizeof(fields), "name: %04000d\n", 0);
    http2_request(&client, 5, "GET /other", fields);
    cr_expect_eq(http2_response(&client, 5)->status, 431);
    snprintf(line, sizeof(line), "GET /%01000d", 0);
    http2_request(&client, 7, line, "");
    cr_expect_eq(http2_response(&client, 7)->status, 414);
    cr_expect_eq(count_of(&server, "header_limit"), 1);
    cr_expect_eq(count_of(&server, "head_limit"), 1);
    cr_expect_eq(count_of(&server, "target_limit"), 1);
    http2_close(&client);
}

/* A client above the limit of connections may send its requests elsewhere. */
ServerTest(
    http2_limits, connections_have_a_limit,
    serve_limited((hob_server_options){.connection_limit = 1}))
{
    struct http2_client first = http2_connect(&server);
    http2_request(&first, 1, "GET /", "");
    http2_await(&first, SETTINGS);
    struct http2_client second = http2_connect(&server);
    http2_request(&second, 1, "GET /other", "");
    http2_receive_all(&second);
    cr_expect_eq(second.goaways, 1);
    cr_expect_eq(second.goaway_error, HTTP2_NO_ERROR);
    cr_expect_eq(second.goaway_stream, 0);
    cr_expect_eq(http2_result(&second, 1)->status, 0);
    http2_close(&second);
    http2_close(&first);
    cr_expect(eventually(count_of(&server, "connection_limit") == 1));
}

/* When the client has left and its handlers have ended, the connection is closed. */
ServerTest(http2_limits, a_client_may_leave, serve_limited((hob_server_options){0}))
{
    struct http2_client client = http2_connect(&server);
    for (uint32_t i = 0; i < 10; i++)
        http2_request(&client, 2 * i + 1, "GET /", "");
    http2_await(&client, SETTINGS);
    http2_close(&client);
    cr_expect(eventually(strcmp(get(&server, "/connections")->body.bytes, "1") == 0));
}

/* Time-outs. */

ServerTest(
    http2_limits, a_head_has_a_time, serve_limited((hob_server_options){.head_timeout = 0.2}))
{
    struct http2_client client = http2_connect(&server);
    http2_send_fields(&client, 1, END_STREAM, ":method: GET\n");
    expect_end(&server, &client, HTTP2_ENHANCE_YOUR_CALM, "head_timeout");
}

ServerTest(
    http2_limits, a_head_has_its_time_when_the_connection_was_idle,
    serve_limited((hob_server_options){.head_timeout = 0.4, .idle_timeout = 0.2}))
{
    struct http2_client client = http2_connect(&server);
    http2_request(&client, 1, "GET /other", "");
    http2_response(&client, 1);
    http2_send_fields(&client, 3, END_STREAM, ":method: GET\n");
    expect_end(&server, &client, HTTP2_ENHANCE_YOUR_CALM, "head_timeout");
}

/* A head that was refused has come: its time is over. */
ServerTest(
    http2_limits, a_malformed_head_has_no_time_left,
    serve_limited((hob_server_options){.head_timeout = 0.2, .idle_timeout = 0.4}))
{
    struct http2_client client = http2_connect(&server);
    http2_request(&client, 1, "GET /other", "");
    http2_response(&client, 1);
    http2_request(&client, 3, "GET /other", "Upper: case\n");
    cr_expect(http2_response(&client, 3)->reset);
    http2_receive_all(&client);
    cr_expect_eq(client.goaway_error, HTTP2_NO_ERROR);
    cr_expect_eq(count_of(&server, "head_timeout"), 0);
    http2_close(&client);
}

/* PING does not keep a connection without streams. */
ServerTest(
    http2_limits, an_idle_connection_ends, serve_limited((hob_server_options){.idle_timeout = 0.3}))
{
    struct http2_client client = http2_connect(&server);
    http2_request(&client, 1, "GET /other", "");
    http2_response(&client, 1);
    while (!client.gone) {
        if (client.pings < 500) /* more were a flood */
            http2_send(&client, PING, 0, 0, zeros, 8);
        http2_receive(&client);
    }
    cr_expect_eq(client.goaways, 1);
    cr_expect_eq(client.goaway_error, HTTP2_NO_ERROR);
    cr_expect_eq(client.goaway_stream, 1);
    http2_close(&client);
}

static int reply_much(hob_request *req, hob_response *res)
{
    static char content[200 * 1000];
    if (strcmp(hob_request_path(req), "/") != 0)
        return wait_or_count(req, res);
    return hob_reply(res, 200, "text/plain", content, sizeof(content));
}

static struct server serve_much(void)
{
    return serve_within(
        reply_much, (hob_server_options){.http2 = hob_http2(), .write_timeout = 0.2});
}

/* A client that opens no window: its stream is reset. */
ServerTest(http2_limits, a_window_has_to_open, serve_much())
{
    struct http2_client client = http2_connect(&server);
    http2_request(&client, 1, "GET /", "");
    const struct http2_result *result = http2_response(&client, 1);
    cr_expect(result->reset);
    cr_expect_eq(result->error, HTTP2_CANCEL);
    cr_expect_eq(count_of(&server, "write_timeout"), 1);
    http2_request(&client, 3, "HEAD /", "");
    cr_expect_eq(http2_response(&client, 3)->status, 200);
    http2_close(&client);
}

/* A client that reads nothing: its connection is reset. */
ServerTest(http2_limits, output_has_to_be_taken, serve_much())
{
    struct http2_client client = http2_connect(&server);
    http2_send_setting(&client, 4, 0x7fffffff);
    http2_send_number(&client, HTTP2_WINDOW_UPDATE, 0, 0x7fff0000);
    for (uint32_t i = 0; i < 100; i++)
        http2_request(&client, 2 * i + 1, "GET /", "");
    cr_expect(eventually(strcmp(get(&server, "/connections")->body.bytes, "1") == 0));
    cr_expect_gt(count_of(&server, "write_timeout"), 0);
    http2_close(&client);
}

static int read_body(hob_request *req, hob_response *res)
{
    const char *body;
    size_t size;
    int err = hob_body_all(req, 1000, &body, &size);
    return err < 0 ? err : hob_reply_text(res, 200, "read");
}

ServerTest(
    http2_limits, a_body_has_a_time,
    serve_within(read_body, (hob_server_options){.http2 = hob_http2(), .body_timeout = 0.2}))
{
    struct http2_client client = http2_connect(&server);
    http2_begin_request(&client, 1, "POST /", "");
    cr_expect_eq(http2_response(&client, 1)->status, 408);
    http2_close(&client);
}
