/*
 * Requests and responses, one at a time: what is answered, and what is refused.
 */
#include <time.h>

#include "tests/support/integration.h"

TestSuite(http, .timeout = 60);

/* The fields of a response. */

static time_t date_of(const struct response *response)
{
    struct tm utc = {0};
    char *end = strptime(field(response, "Date"), "%a, %d %b %Y %H:%M:%S GMT", &utc);
    cr_assert(end && *end == '\0', "not a date: '%s'", field(response, "Date"));
    return timegm(&utc);
}

ClientTest(http, a_response_says_who_sent_it_when_and_how_long_it_is, server_start())
{
    time_t before = time(NULL);
    struct response response = raw_exchange(client, GET("/ping"));
    cr_expect(has_field(&response, "Server: hob"));
    cr_expect(has_field(&response, "Content-Length: 13"));
    cr_expect_geq(date_of(&response), before - 1); /* two clocks may differ by a tick */
    cr_expect_leq(date_of(&response), time(NULL) + 1);
}

ClientTest(http, the_date_moves_on, server_start())
{
    struct response response = raw_exchange(client, GET("/ping"));
    time_t first = date_of(&response);
    bool moved =
        eventually((response = raw_exchange(client, GET("/ping")), date_of(&response) > first));
    cr_expect(moved);
}

/* Methods and targets. */

ClientTest(http, head_is_answered_like_get_but_without_the_content, server_start())
{
    raw_send(client, REQUEST("HEAD /ping", ""));
    struct response head = raw_receive_head(client);
    cr_expect_eq(head.status, 200);
    cr_expect(has_field(&head, "Content-Length: 13"));
    struct response next = raw_exchange(client, GET("/healthz"));
    cr_expect_eq(next.status, 200, "the content would be taken for the next response");
}

/* More of them than there may be watchers of the feed, or traces at the same time. */
ClientTest(http, head_of_a_stream_is_answered_and_over, server_start())
{
    static const char *const requests[] = {
        REQUEST("HEAD /kitchen/events", ""),
        REQUEST("HEAD /trace.json?seconds=60", ""),
        REQUEST("HEAD /noodles?progress", ""),
    };
    for (size_t i = 0; i < 200; i++) {
        raw_send(client, requests[i % COUNT(requests)]);
        cr_expect_eq(raw_receive_head(client).status, 200, "%s", requests[i % COUNT(requests)]);
    }
    cr_expect_eq(raw_exchange(client, GET("/ping")).status, 200);
}

ClientTest(http, each_target_and_method_has_its_answer, server_start())
{
    static const struct {
        const char *request;
        int status;
        const char *allow;
    } cases[] = {
        {GET("/ping"), 200, ""},
        {GET("/ping?extra=salt"), 200, ""},
        {GET("http://hob/ping"), 200, ""},
        {GET("http://hob"), 200, ""},
        {GET("/pizza"), 404, ""},
        {GET("/ping/"), 404, ""},
        {GET("//ping"), 404, ""},
        {GET("/PING"), 404, ""},
        {GET("/%70ing"), 200, ""},
        {GET("/a/../ping"), 200, ""},
        {GET("/%2e/ping"), 200, ""},
        {GET("/ping/%2E%2e?/.."), 200, ""},
        {GET("/%2fping"), 404, ""},
        {GET("/..%2f..%2fping"), 404, ""},
        {REQUEST("POST /ping", ""), 405, "GET, HEAD, OPTIONS"},
        {REQUEST("DELETE /noodles", ""), 405, "GET, HEAD, OPTIONS"},
        {REQUEST("POST /pizza", ""), 404, ""},
        {REQUEST("OPTIONS /ping", ""), 204, "GET, HEAD, OPTIONS"},
        {REQUEST("OPTIONS *", ""), 204, "GET, HEAD, POST, DELETE, OPTIONS"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct response response = raw_exchange(client, cases[i].request);
        cr_expect_eq(response.status, cases[i].status, "%d: %s", response.status, cases[i].request);
        cr_expect_str_eq(field(&response, "Allow"), cases[i].allow, "%s", cases[i].request);
    }
}

/* However it arrives. */

ClientTest(http, a_request_may_come_byte_by_byte, server_start())
{
    for (const char *byte = GET("/ping"); *byte; byte++) {
        raw_send_bytes(client, byte, 1);
        raw_settle(client);
    }
    cr_expect_eq(raw_receive(client).status, 200);
}

ClientTest(http, a_request_may_come_in_two_pieces_cut_anywhere, server_start())
{
    static const char request[] = REQUEST("GET /ping?a=b", "X-Spice: pepper\r\n");
    for (size_t cut = 1; cut < sizeof(request) - 1; cut++) {
        raw_send_bytes(client, request, cut);
        raw_settle(client);
        struct response response = raw_exchange(client, request + cut);
        cr_expect_eq(response.status, 200, "cut after %zu bytes: %d", cut, response.status);
    }
}

ClientTest(http, empty_lines_before_a_request_are_ignored, server_start())
{
    cr_expect_eq(raw_exchange(client, "\r\n\r\n" GET("/ping")).status, 200);
}

/* Refusals. The body says why, and the connection is closed: who knows what follows. */

static void
expect_refused(const struct server *server, const char *request, int status, const char *why)
{
    struct raw_client client = raw_connect(server);
    struct response response = raw_exchange(&client, request);
    cr_expect_eq(response.status, status, "%d: %.60s", response.status, request);
    const char *reason = strstr(response.body, ": "); /* behind "400 Bad Request" */
    cr_expect(reason && strstr(reason, why), "%.60s: %s", request, response.body);
    cr_expect(has_field(&response, "Connection: close"), "%.60s", request);
    cr_expect(raw_ended(&client), "%.60s", request);
    raw_close(&client);
}

ServerTest(http, bad_requests_are_refused_with_the_reason, server_start())
{
    static const struct {
        const char *request;
        int status;
        const char *why; /* "" where the words are llhttp's */
    } cases[] = {
        /* The request line. */
        {"make me noodles\r\n\r\n", 501, "method"},
        {"{\"dish\": \"noodles\"}\r\n\r\n", 400, "method"},
        {"\x16\x03\x01\x02", 400, ""}, /* TLS */
        {"GET  /ping HTTP/1.1\r\nHost: hob\r\n\r\n", 400, "more than one space"},
        {"GET ping HTTP/1.1\r\nHost: hob\r\n\r\n", 400, ""},
        {GET("/ping#top"), 400, "fragment"},
        {GET("/pi\x01ng"), 400, ""},
        {GET("/ping%"), 400, "two hex digits"},
        {GET("/ping%00"), 400, "encoded NUL"},
        {GET("/../ping"), 400, "above the root"},
        {GET("/a/%2e%2e/%2E./ping"), 400, "above the root"},
        {REQUEST("GET *", ""), 400, "not a path"},
        {"GET /ping\r\n\r\n", 505, "no version"},
        {"GET /ping HTTP/2.0\r\nHost: hob\r\n\r\n", 505, "HTTP/1.1"},
        {"OPTIONS /ping RTSP/1.0\r\nHost: hob\r\n\r\n", 505, "not HTTP"},

        /* The header. */
        {"GET /ping HTTP/1.1\r\n\r\n", 400, "Host"},
        {REQUEST("GET /ping", "Host: other\r\n"), 400, "more than one Host"},
        {"GET /ping HTTP/1.1\r\nHost: hob, other\r\n\r\n", 400, "not a host"},
        {"GET /ping HTTP/1.1\r\nHost: hob/ping\r\n\r\n", 400, "not a host"},
        {REQUEST("GET /ping", "Spice\r\n"), 400, ""},
        {REQUEST("GET /ping", "Spice : pepper\r\n"), 400, ""},
        {REQUEST("GET /ping", "Sp ice: pepper\r\n"), 400, ""},
        {REQUEST("GET /ping", "Spice: pepper\r\n and salt\r\n"), 400, ""},
        {REQUEST("GET /ping", "Spice: pep\rper\r\n"), 400, ""},
        {REQUEST("GET /ping", "Spice: pepper\n"), 400, ""},

        /* Where the body ends: what readers could disagree about is used for smuggling. */
        {REQUEST("POST /ping", "Content-Length: ten\r\n"), 400, ""},
        {REQUEST("POST /ping", "Content-Length: -1\r\n"), 400, ""},
        {REQUEST("POST /ping", "Content-Length: 99999999999999999999\r\n"), 400, ""},
        {REQUEST("POST /ping", "Content-Length: 1\r\nContent-Length: 2\r\n"), 400, ""},
        {REQUEST("POST /ping", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"), 400, ""},
        {REQUEST("POST /ping", "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n"), 400, ""},
        {REQUEST("POST /ping", "Transfer-Encoding:\r\n"), 400, "empty"},
        {REQUEST("POST /ping", "Transfer-Encoding:\r\nContent-Length: 1\r\n"), 400, "empty"},
        {REQUEST("POST /ping", "Transfer-Encoding: gzip\r\n"), 400, ""},
        {REQUEST("POST /ping", "Transfer-Encoding: gzip, chunked\r\n"), 501, "chunked"},
        {REQUEST("POST /ping", "Transfer-Encoding: chunked, gzip\r\n"), 400, ""},
        {"POST /ping HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "Transfer-Encoding"},
        {REQUEST("POST /ping", "Expect: a miracle\r\n"), 417, "100-continue"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        expect_refused(&server, cases[i].request, cases[i].status, cases[i].why);
}

/* Bytes that look random, and are the same in each run (Marsaglia's xorshift). */
static void fill_with_garbage(char *bytes, size_t size)
{
    static uint32_t state = 2463534242;
    for (size_t i = 0; i < size; i++) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        bytes[i] = (char)(state >> 24);
    }
}

ServerTest(http, garbage_is_refused_and_does_no_harm, server_start())
{
    for (size_t i = 0; i < 200; i++) {
        char garbage[100];
        struct raw_client client = raw_connect(&server);
        fill_with_garbage(garbage, sizeof(garbage));
        raw_send_bytes(&client, garbage, sizeof(garbage));
        cr_expect_eq(raw_receive(&client).status, 400);
        cr_expect(raw_ended(&client));
        raw_close(&client);
    }
    struct raw_client client = raw_connect(&server);
    cr_expect_eq(raw_exchange(&client, GET("/ping")).status, 200);
    raw_close(&client);
}

/* The limits. */

/* Returns "GET /ping" with one large field, so that the head has `size` bytes. Free it. */
static char *make_head(size_t size)
{
    static const char begin[] = "GET /ping HTTP/1.1\r\nHost: hob\r\nX-Large: ";
    static const char end[] = "\r\n\r\n";
    char *head = malloc(size + 1);
    cr_assert_not_null(head);
    memset(head, 'x', size);
    memcpy(head, begin, sizeof(begin) - 1);
    memcpy(head + size - (sizeof(end) - 1), end, sizeof(end));
    return head;
}

ClientTest(http, a_head_of_16_kib_is_served, server_start())
{
    char *head = make_head(16 * 1024);
    cr_expect_eq(raw_exchange(client, head).status, 200);
    free(head);
}

ServerTest(http, a_larger_head_is_refused, server_start())
{
    char *head = make_head(16 * 1024 + 1);
    expect_refused(&server, head, 431, "16384 bytes");
    free(head);
}

ProcessTest(http, a_target_without_end_is_refused)
{
    char target[17 * 1024] = "GET /";
    memset(target + strlen(target), 'x', sizeof(target) - 1 - strlen(target));
    struct server server = server_start();
    expect_refused(&server, target, 414, "8192 bytes");
}

/* Returns "GET /ping" with Host and so many more fields. */
static const char *make_fields(size_t count)
{
    static char head[4096];
    size_t length = (size_t)snprintf(head, sizeof(head), "GET /ping HTTP/1.1\r\nHost: hob\r\n");
    for (size_t i = 0; i < count; i++)
        length += (size_t)snprintf(head + length, sizeof(head) - length, "X-%zu: y\r\n", i);
    snprintf(head + length, sizeof(head) - length, "\r\n");
    return head;
}

ClientTest(http, a_hundred_fields_are_served, server_start())
{
    cr_expect_eq(raw_exchange(client, make_fields(99)).status, 200);
}

ServerTest(http, more_than_a_hundred_fields_are_refused, server_start())
{
    expect_refused(&server, make_fields(100), 431, "100 header fields");
}
