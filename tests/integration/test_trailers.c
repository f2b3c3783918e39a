/* Trailers of requests and responses over HTTP/1.1 and HTTP/2, with clients of others. */
#include "hob/http2.h"
#include "tests/support/http2_client.h"
#include "tests/support/integration.h"
#include "tests/support/real_servers.h"

TestSuite(trailers, .timeout = 60);

/*
 * Replies with the trailers of the request: for /whole as a whole, else as a stream with their
 * number as a trailer.
 */
static int echo_trailers(hob_request *req, hob_response *res)
{
    const char *body;
    size_t size, length = 0;
    hob_header trailer;
    unsigned count = 0;
    char text[300] = "", number[16];
    int err = hob_body_all(req, 1000, &body, &size);
    for (size_t position = 0; err == 0 && hob_request_next_trailer(req, &position, &trailer);) {
        length += (size_t)snprintf(
            text + length, sizeof(text) - length, "%.20s=%.20s,", trailer.name, trailer.value);
        count++;
    }
    if (err < 0 || strcmp(hob_request_path(req), "/whole") == 0)
        return err < 0 ? err : hob_reply_text(res, 200, text);
    snprintf(number, sizeof(number), "%u", count);
    err = hob_stream(res, 200, "text/plain");
    if (err == 0)
        err = hob_send(res, text, length);
    if (err == 0)
        err = hob_response_add_trailer(res, "X-Count", number);
    return err < 0 ? err : hob_response_add_trailer(res, "X-Empty", "");
}

static struct server serve_trailers(void)
{
    return serve_with(echo_trailers, .http2 = hob_http2(), .head_limit = 2000, .header_limit = 10);
}

/*
 * HTTP/1.1.
 */

#define CHUNKED                  "Transfer-Encoding: chunked\r\n"
#define CHUNK                    "1\r\nx\r\n0\r\n"
#define POST(fields, trailers)   REQUEST("POST /", CHUNKED fields) CHUNK trailers "\r\n"
#define POST_FOR_WHOLE(trailers) REQUEST("POST /whole", CHUNKED) CHUNK trailers "\r\n"

static void expect_end(struct raw_client *client, const char *request, const char *end)
{
    raw_send(client, request);
    struct response response = raw_receive_to_end(client);
    const char *at = strstr(response.body, "0\r\n");
    cr_expect_str_eq(at ? at : response.body, end);
}

ClientTest(trailers, are_the_end_of_the_last_chunk, serve_trailers())
{
    (void)server;
    expect_end(
        client, POST("TE: trailers\r\nConnection: TE, close\r\n", "A: b\r\nC:\t d \r\n"),
        "0\r\nX-Count: 2\r\nX-Empty: \r\n\r\n");
}

ClientTest(trailers, are_not_sent_to_a_client_that_takes_none, serve_trailers())
{
    (void)server;
    expect_end(client, POST("Connection: close\r\n", "A: b\r\n"), "0\r\n\r\n");
}

ClientTest(trailers, of_requests_are_read_on_a_kept_connection, serve_trailers())
{
    (void)server;
    cr_expect_str_eq(raw_exchange(client, POST_FOR_WHOLE("A: b\r\nC:\t d \r\n")).body, "A=b,C=d,");
    cr_expect_str_eq(raw_exchange(client, POST_FOR_WHOLE("")).body, "");
    cr_expect_str_eq(raw_exchange(client, POST_FOR_WHOLE("a: 1\r\nA: 2\r\n")).body, "a=1,A=2,");
    cr_expect_str_eq(raw_exchange(client, GET("/whole")).body, "");
}

ClientTest(trailers, are_read_byte_by_byte, serve_trailers())
{
    (void)server;
    for (const char *at = POST_FOR_WHOLE("A: b\r\nC-D:\t d e \r\n"); *at; at++) {
        raw_send_bytes(client, at, 1);
        raw_settle(client);
    }
    cr_expect_str_eq(raw_receive(client).body, "A=b,C-D=d e,");
}

ClientTest(trailers, above_a_limit_get_431, serve_trailers())
{
    char many[500] = "";
    for (int i = 0; i < 11; i++)
        strcat(many, "a: b\r\n");
    struct response response = raw_exchange_printf(
        client, "%s1\r\nx\r\n0\r\n%s\r\n", REQUEST("POST /", "Transfer-Encoding: chunked\r\n"),
        many);
    cr_expect_eq(response.status, 431);
    cr_expect(strstr(response.body, "the trailers exceed the limits"), "%s", response.body);
    (void)server;
}

/* The limit does not grow with the number of chunks, as that of their framing does. */
ClientTest(trailers, behind_many_chunks_have_the_same_limit, serve_trailers())
{
    (void)server;
    char value[2001];
    memset(value, 'v', sizeof(value));
    value[sizeof(value) - 1] = '\0';
    raw_send(client, REQUEST("POST /", "Transfer-Encoding: chunked\r\n"));
    for (int i = 0; i < 500; i++)
        raw_send(client, "1\r\nx\r\n");
    raw_send(client, "0\r\na: ");
    raw_send(client, value);
    raw_send(client, "\r\n\r\n");
    cr_expect_eq(raw_receive(client).status, 431);
}

static int reply_only(hob_request *req, hob_response *res)
{
    (void)req;
    return hob_reply_text(res, 200, "unread");
}

ClientTest(trailers, of_an_unread_body_are_dropped, serve(reply_only))
{
    (void)server;
    cr_expect_str_eq(raw_exchange(client, POST("", "A: b\r\n")).body, "unread");
    cr_expect_str_eq(raw_exchange(client, GET("/")).body, "unread");
}

/*
 * HTTP/2.
 */

static void send_trailers(struct http2_client *client, uint32_t stream, const char *fields)
{
    http2_begin_request(client, stream, "POST /", "te: trailers\n");
    http2_send(client, HTTP2_DATA, 0, stream, "x", 1);
    http2_send_fields(client, stream, END_STREAM | END_HEADERS, fields);
}

ServerTest(trailers, end_a_stream_of_http2, serve_trailers())
{
    struct http2_client client = http2_connect(&server);
    send_trailers(&client, 1, "a: b\nx-sum: 7\n");
    const struct http2_result *result = http2_response(&client, 1);
    cr_expect_str_eq(result->content, "a=b,x-sum=7,");
    cr_expect(strstr(result->fields, "x-count: 2\nx-empty: \n"), "%s", result->fields);
    cr_expect(result->ended && !result->reset);
    http2_begin_request(&client, 3, "POST /", "");
    http2_send(&client, HTTP2_DATA, END_STREAM, 3, "x", 1);
    result = http2_response(&client, 3);
    cr_expect(result->ended && !strstr(result->fields, "x-count: "), "%s", result->fields);
    http2_close(&client);
}

ServerTest(trailers, above_a_limit_get_431_over_http2, serve_trailers())
{
    char many[200] = "";
    struct http2_client client = http2_connect(&server);
    for (int i = 0; i < 11; i++)
        strcat(many, "a: b\n");
    send_trailers(&client, 1, many);
    const struct http2_result *result = http2_response(&client, 1);
    cr_expect_eq(result->status, 431);
    cr_expect(strstr(result->content, "the trailers exceed the limits"), "%s", result->content);
    send_trailers(&client, 3, "a: b\n");
    cr_expect_str_eq(http2_response(&client, 3)->content, "a=b,");
    http2_close(&client);
}

/* Content that waits for the window comes before the trailers. */
static int stream_much(hob_request *req, hob_response *res)
{
    static const char bytes[200 * 1000];
    (void)req;
    int err = hob_stream(res, 200, "text/plain");
    if (err == 0)
        err = hob_response_add_trailer(res, "X-Sum", "7");
    return err < 0 ? err : hob_send(res, bytes, sizeof(bytes));
}

ServerTest(
    trailers, follow_content_that_waits_for_the_window,
    serve_with(stream_much, .http2 = hob_http2()))
{
    struct http2_client client = http2_connect(&server);
    http2_request(&client, 1, "GET /", "te: trailers\n");
    while (http2_result(&client, 1)->length < 65535)
        http2_receive(&client);
    cr_expect(!strstr(http2_result(&client, 1)->fields, "x-sum"));
    http2_send_number(&client, HTTP2_WINDOW_UPDATE, 0, 1000 * 1000);
    http2_send_number(&client, HTTP2_WINDOW_UPDATE, 1, 1000 * 1000);
    const struct http2_result *result = http2_response(&client, 1);
    cr_expect_eq(result->length, 200 * 1000);
    cr_expect(strstr(result->fields, "x-sum: 7"), "%s", result->fields);
    cr_expect(result->ended && !result->reset);
    http2_close(&client);
}

/*
 * Clients of others.
 */

static void expect_trailers_of_curl(const struct server *server, long version)
{
    struct order *order = order_prepare(server, "/");
    struct curl_slist *fields = curl_slist_append(NULL, "TE: trailers");
    curl_easy_setopt(order->easy, CURLOPT_HTTP_VERSION, version);
    curl_easy_setopt(order->easy, CURLOPT_HTTPHEADER, fields);
    order_complete(order);
    cr_expect_eq(order->status, 200);
    cr_expect(
        strcasestr(order->head.bytes, "\r\nX-Count: 0\r\nX-Empty: \r\n"), "%s", order->head.bytes);
    curl_slist_free_all(fields);
}

ServerTest(trailers, are_received_by_curl, serve_trailers())
{
    expect_trailers_of_curl(&server, CURL_HTTP_VERSION_1_1);
    expect_trailers_of_curl(&server, CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE);
}

ServerTest(trailers, are_exchanged_with_node, serve_trailers())
{
    char port[8];
    skip_without("node");
    snprintf(port, sizeof(port), "%u", server.port);
    static const char program[] = REAL_CLIENTS "/trailers.mjs";
    const char *const run[] = {"/usr/bin/env", "node", program, port, NULL};
    struct process *node = process_start(run);
    cr_expect_eq(process_result(node), 0, "%s", process_errors(node));
}
