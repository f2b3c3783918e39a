/*
 * Streams of HTTP/2 as handlers see them: bodies, windows, streamed responses, and clients that
 * reset.
 */
#include "hob/http2.h"
#include "tests/support/clock.h"
#include "tests/support/eventually.h"
#include "tests/support/handler_server.h"
#include "tests/support/http2_client.h"
#include "tests/support/test.h"

TestSuite(http2_streams, .timeout = 60);

static struct server serve_http2(hob_handler *handler)
{
    return serve_within(
        handler, (hob_server_options){.http2 = hob_http2(), .body_limit = 10 * 1000 * 1000});
}

static const char bytes[16 * 1024];

/* Sends so many bytes of a body, as far as the windows of 64 KiB at first allow it. */
static void send_body(struct http2_client *client, uint32_t stream, size_t size)
{
    for (size_t piece; size > 0; size -= piece) {
        piece = size < sizeof(bytes) ? size : sizeof(bytes);
        http2_send(client, HTTP2_DATA, 0, stream, bytes, piece);
    }
}

/*
 * Bodies.
 */

static int reply_length(hob_request *req, hob_response *res)
{
    const char *body;
    size_t size;
    int err = hob_body_all(req, 1000 * 1000, &body, &size);
    return err < 0 ? err : reply(res, 200, "%zu bytes", size);
}

ServerTest(http2_streams, a_body_is_read, serve_http2(reply_length))
{
    struct http2_client client = http2_connect(&server);
    http2_begin_request(&client, 1, "POST /", "");
    send_body(&client, 1, 50000);
    http2_send(&client, HTTP2_DATA, END_STREAM, 1, bytes, 7);
    cr_expect_str_eq(http2_response(&client, 1)->content, "50007 bytes");
    http2_close(&client);
}

/* The rest of a body that is not read is dropped for the linger_timeout. */
ServerTest(
    http2_streams, a_body_above_the_limit_is_refused,
    serve_within(
        reply_length, (hob_server_options){
                          .http2 = hob_http2(), .body_limit = 1000 * 1000, .linger_timeout = 0.3}))
{
    struct http2_client client = http2_connect(&server);
    http2_begin_request(&client, 1, "POST /", "content-length: 1000001\n");
    const struct http2_result *result = http2_response(&client, 1);
    cr_expect_eq(result->status, 413);
    send_body(&client, 1, 60000);
    http2_await(&client, HTTP2_WINDOW_UPDATE);
    cr_expect_not(result->reset);
    http2_await(&client, HTTP2_RST_STREAM);
    cr_expect_eq(result->error, HTTP2_NO_ERROR);
    http2_close(&client);
}

ServerTest(http2_streams, a_client_may_wait_for_100_continue, serve_http2(reply_length))
{
    struct http2_client client = http2_connect(&server);
    http2_begin_request(&client, 1, "POST /", "expect: 100-continue\n");
    http2_await(&client, HTTP2_HEADERS);
    cr_expect(http2_result(&client, 1)->continued);
    http2_send(&client, HTTP2_DATA, END_STREAM, 1, "x", 1);
    cr_expect_str_eq(http2_response(&client, 1)->content, "1 bytes");
    http2_close(&client);
}

/* Reads 1,000 bytes, waits for the test, and reads the rest. */
static int read_slowly(hob_request *req, hob_response *res)
{
    char piece[1000];
    int length = hob_body_read(req, piece, sizeof(piece));
    int err = length < 0 ? length : wait_for_release();
    return err < 0 ? err : reply_length(req, res);
}

/* The window of a stream opens by what its handler reads, and other streams do not wait for it. */
ServerTest(http2_streams, a_slow_handler_slows_its_client, serve_http2(read_slowly))
{
    struct http2_client client = http2_connect(&server);
    http2_await(&client, HTTP2_WINDOW_UPDATE); /* of the connection, which is large */
    http2_begin_request(&client, 1, "POST /", "");
    send_body(&client, 1, 65535);
    http2_send(&client, PING, 0, 0, bytes, 8);
    http2_await(&client, PING);
    cr_expect_eq(http2_result(&client, 1)->window, 0);
    http2_request(&client, 3, "GET /release", "");
    cr_expect_eq(http2_response(&client, 3)->status, 204);
    while (http2_result(&client, 1)->window == 0 && !client.gone)
        http2_await(&client, HTTP2_WINDOW_UPDATE);
    http2_send(&client, HTTP2_DATA, END_STREAM, 1, "x", 1);
    cr_expect_str_eq(http2_response(&client, 1)->content, "64536 bytes");
    http2_close(&client);
}

/*
 * Responses.
 */

static int reply_much(hob_request *req, hob_response *res)
{
    static char content[300 * 1000];
    (void)req;
    return hob_reply(res, 200, "text/plain", content, sizeof(content));
}

/* A reply that is larger than the window goes on when the client opens it. */
ServerTest(http2_streams, a_reply_waits_for_the_window, serve_http2(reply_much))
{
    struct http2_client client = http2_connect(&server);
    http2_request(&client, 1, "GET /", "");
    const struct http2_result *result = http2_result(&client, 1);
    while (result->length < 65535 && !client.gone)
        http2_receive(&client);
    cr_expect_eq(result->length, 65535);
    http2_send_number(&client, HTTP2_WINDOW_UPDATE, 0, 1000 * 1000);
    http2_send_number(&client, HTTP2_WINDOW_UPDATE, 1, 1000 * 1000);
    http2_response(&client, 1);
    cr_expect(result->ended);
    cr_expect_eq(result->length, 300 * 1000);
    http2_close(&client);
}

/* When two responses wait for a window, the more urgent one is sent first (RFC 9218). */
ServerTest(http2_streams, urgent_responses_come_first, serve_http2(reply_much))
{
    enum { INITIAL_WINDOW_SIZE = 4 };
    struct http2_client client = http2_connect(&server);
    http2_send_setting(&client, INITIAL_WINDOW_SIZE, 0);
    http2_request(&client, 1, "GET /", "priority: u=6\n");
    http2_request(&client, 3, "GET /", "priority: u=1\n");
    while (http2_result(&client, 1)->status == 0 || http2_result(&client, 3)->status == 0)
        http2_receive(&client);
    http2_send_setting(&client, INITIAL_WINDOW_SIZE, 50000);
    while (http2_result(&client, 3)->length < 50000 && !client.gone)
        http2_receive(&client);
    cr_expect_leq(http2_result(&client, 1)->length, 15535); /* what the connection's window left */
    http2_close(&client);
}

/* Logs how much was sent before it had to wait. */
static int stream_endlessly(hob_request *req, hob_response *res)
{
    size_t sent = 0;
    int err = hob_stream(res, 200, "text/plain");
    double begin = hob_now();
    for (; err == 0; sent += 1000) {
        err = hob_send(res, bytes, 1000);
        if (hob_now() - begin > 0.2 && err == 0)
            break;
    }
    hob_log(HOB_LOG_INFO, "%zu bytes, then %d", sent, err);
    (void)req;
    return err;
}

/* hob_send() waits for the client's window, and a reset ends it. */
ServerTest(http2_streams, a_stream_waits_for_the_window, serve_http2(stream_endlessly))
{
    struct http2_client client = http2_connect(&server);
    http2_request(&client, 1, "GET /", "");
    const struct http2_result *result = http2_result(&client, 1);
    while (result->length < 65535 && !client.gone)
        http2_receive(&client);
    http2_send_number(&client, HTTP2_RST_STREAM, 1, HTTP2_CANCEL);
    cr_expect(server_logs(&server, ", then -"));
    cr_expect_eq(server_log_count(&server, "then 0"), 0);
    http2_send_number(&client, HTTP2_WINDOW_UPDATE, 0, 1000);
    http2_request(&client, 3, "GET /other", "");
    cr_expect_eq(http2_response(&client, 3)->status, 200);
    http2_close(&client);
}

static int fail_after_the_head(hob_request *req, hob_response *res)
{
    int err = hob_stream(res, 200, "text/plain");
    if (err == 0)
        err = hob_send(res, "some", 4);
    (void)req;
    return err < 0 ? err : -EIO;
}

ServerTest(http2_streams, an_error_after_the_head_is_a_reset, serve_http2(fail_after_the_head))
{
    struct http2_client client = http2_connect(&server);
    http2_request(&client, 1, "GET /", "");
    const struct http2_result *result = http2_response(&client, 1);
    cr_expect(result->reset);
    cr_expect_eq(result->error, HTTP2_INTERNAL_ERROR);
    http2_close(&client);
}

static int send_news(hob_request *req, hob_response *res)
{
    int err = hob_event_stream(res);
    if (err == 0)
        err = hob_event(res, "1", "news", "fries");
    if (err == 0)
        err = wait_for_release();
    if (err == 0)
        err = hob_event(res, "2", "news", "noodles");
    (void)req;
    return err;
}

/* Each event arrives at once, and the end of the handler is the end of the stream. */
ServerTest(http2_streams, events_arrive_one_by_one, serve_http2(send_news))
{
    struct http2_client client = http2_connect(&server);
    http2_request(&client, 1, "GET /", "");
    http2_await(&client, HTTP2_DATA);
    const struct http2_result *result = http2_result(&client, 1);
    cr_expect_str_eq(result->content, "id: 1\nevent: news\ndata: fries\n\n");
    cr_expect_not(result->ended);
    http2_request(&client, 3, "GET /release", "");
    http2_response(&client, 1);
    cr_expect(result->ended);
    cr_expect(strstr(result->content, "noodles"));
    http2_close(&client);
}

static int reply_head(hob_request *req, hob_response *res)
{
    hob_response_add_header(res, "X-Mixed-Case", "yes");
    hob_response_add_header(res, "Keep-Alive", "timeout=5"); /* of HTTP/1.1 alone */
    if (strcmp(hob_request_path(req), "/204") == 0)
        return hob_reply(res, 204, NULL, NULL, 0);
    if (strcmp(hob_request_path(req), "/cookie") == 0)
        return hob_reply_text(res, 200, hob_request_header(req, "Cookie"));
    if (strcmp(hob_request_path(req), "/host") == 0)
        return hob_reply_text(res, 200, hob_request_header(req, "Host"));
    return hob_reply_text(res, 200, "content");
}

ServerTest(http2_streams, heads_are_those_of_http, serve_http2(reply_head))
{
    struct http2_client client = http2_connect(&server);
    http2_request(&client, 1, "HEAD /", "");
    const struct http2_result *head = http2_response(&client, 1);
    cr_expect(strstr(head->fields, "content-length: 7\n"));
    cr_expect(strstr(head->fields, "x-mixed-case: yes\n"));
    cr_expect_null(strstr(head->fields, "keep-alive"));
    cr_expect_eq(head->length, 0);
    http2_request(&client, 3, "GET /204", "");
    cr_expect_eq(http2_response(&client, 3)->status, 204);
    cr_expect_null(strstr(http2_result(&client, 3)->fields, "content-length"));
    http2_request(&client, 5, "GET /cookie", "cookie: a=1\nx: y\ncookie: b=2\n");
    cr_expect_str_eq(http2_response(&client, 5)->content, "a=1; b=2");
    http2_request(&client, 7, "GET /host", "");
    cr_expect_str_eq(http2_response(&client, 7)->content, "localhost");
    http2_close(&client);
}

/*
 * Clients that leave.
 */

static int log_the_end(hob_request *req, hob_response *res)
{
    int err = hob_sleep(PATIENCE);
    hob_log(HOB_LOG_INFO, "the handler ends with %d", err);
    (void)req;
    (void)res;
    return err;
}

/* RST_STREAM cancels the handler of its stream, and no other. */
ServerTest(http2_streams, a_reset_cancels_the_handler, serve_http2(log_the_end))
{
    struct http2_client client = http2_connect(&server);
    http2_request(&client, 1, "GET /1", "");
    http2_request(&client, 3, "GET /3", "");
    http2_send(&client, PING, 0, 0, bytes, 8);
    http2_await(&client, PING); /* both handlers run */
    http2_send_number(&client, HTTP2_RST_STREAM, 1, HTTP2_CANCEL);
    cr_expect(server_logs(&server, "the handler ends with -125"));
    http2_send(&client, PING, 0, 0, bytes, 8);
    http2_await(&client, PING);
    cr_expect_eq(server_log_count(&server, "the handler ends"), 1);
    http2_close(&client);
    cr_expect(eventually(server_log_count(&server, "the handler ends with -125") == 2));
}

ServerTest(http2_streams, a_lost_connection_cancels_all_handlers, serve_http2(log_the_end))
{
    struct http2_client client = http2_connect(&server);
    for (uint32_t i = 0; i < 10; i++)
        http2_request(&client, 2 * i + 1, "GET /", "");
    http2_send(&client, PING, 0, 0, bytes, 8);
    http2_await(&client, PING);
    http2_close(&client);
    cr_expect(eventually(server_log_count(&server, "the handler ends with -125") == 10));
}
