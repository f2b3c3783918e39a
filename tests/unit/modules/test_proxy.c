/* A proxy between a client of raw bytes and an upstream that follows a script. */
#include "hob/proxy.h"

#include "hob/hob.h"
#include "tests/support/coroutine.h"
#include "tests/support/fake_upstream.h"
#include "tests/support/or_none.h"
#include "tests/support/test.h"

TestSuite(reverse_proxy, .timeout = 60);

#define HELLO        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
#define HOST         "Host: shop.example\r\n"
#define CLOSE        "Connection: close\r\n"
#define GET(path)    "GET " path " HTTP/1.1\r\n" HOST CLOSE "\r\n"
#define SECONDS_LONG 30

struct set {
    hob_client *client;
    struct fake_upstream upstream;
    hob_server *server;
    hob_future *serving;
    char address[64];    /* of the proxy: "127.0.0.1:PORT" */
    const char *origin;  /* of the upstream */
    char answer[100000]; /* to the last request, ended by NUL */
    size_t answer_size;
};

static int pass_on(hob_request *req, hob_response *res)
{
    const struct set *set = hob_request_context(req);
    return hob_proxy(req, res, set->client, set->origin);
}

static struct set *set_up_with(
    const struct act *acts, size_t count, const hob_client_options *client,
    hob_server_options options)
{
    struct set *self = calloc(1, sizeof(*self));
    options.handler = pass_on;
    options.context = self;
    fake_upstream_start(&self->upstream, acts, count);
    self->origin = self->upstream.url;
    cr_expect_eq(hob_client_new(client, &self->client), 0);
    cr_expect_eq(hob_server_open(&options, &self->server), 0);
    const char *url = hob_server_url(self->server) + strlen("http://");
    snprintf(self->address, sizeof(self->address), "%.*s", (int)strcspn(url, "/"), url);
    self->serving = hob_server_start(self->server);
    return self;
}

#define SET_UP(...)                                                                                \
    static const struct act acts[] = {__VA_ARGS__};                                                \
    struct set *set = set_up_with(acts, COUNT(acts), NULL, (hob_server_options){0})

static void tear_down(struct set *self)
{
    hob_server_stop(self->server);
    cr_expect_eq(hob_await(self->serving), 0);
    hob_server_close(self->server);
    hob_client_free(self->client);
    fake_upstream_stop(&self->upstream);
    free(self);
}

static hob_conn *send_request(struct set *self, const char *bytes)
{
    hob_conn *conn;
    cr_expect_eq(hob_connect(self->address, NULL, &conn), 0);
    cr_expect_eq(hob_conn_write(conn, bytes, strlen(bytes)), 0);
    return conn;
}

/* Reads until the connection ends, or until this text is there if it is not NULL. */
static void read_until(struct set *self, hob_conn *conn, const char *text)
{
    int length = 1;
    self->answer_size = 0;
    while (length > 0 && !(text && strstr(self->answer, text))) {
        size_t room = sizeof(self->answer) - 1 - self->answer_size;
        length = hob_conn_read(conn, self->answer + self->answer_size, room);
        self->answer_size += length > 0 ? (size_t)length : 0;
        self->answer[self->answer_size] = '\0';
    }
}

/* Sends the bytes, and returns all that comes until the connection ends. */
static const char *ask(struct set *self, const char *bytes)
{
    hob_conn *conn = send_request(self, bytes);
    read_until(self, conn, NULL);
    hob_conn_close(conn);
    return self->answer;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), size = strlen(end);
    return length >= size && strcmp(text + length - size, end) == 0;
}

/* Whether the head of the answer, or of the request that the upstream got, has this line. */
static bool has_line(const char *head, const char *line)
{
    char whole[300];
    snprintf(whole, sizeof(whole), "\r\n%s\r\n", line);
    return strstr(head, whole) != NULL;
}

static bool answered(const struct set *self, const char *status)
{
    return strncmp(self->answer, "HTTP/1.1 ", 9) == 0 &&
           strncmp(self->answer + 9, status, strlen(status)) == 0;
}

CoroutineTest(reverse_proxy, passes_a_request_on)
{
    SET_UP({HELLO});
    const char *answer =
        ask(set, "GET /a/b?c=d%20e HTTP/1.1\r\n" HOST CLOSE "Cookie: f=g\r\nUser-Agent: h\r\n\r\n");
    cr_expect(answered(set, "200 OK"), "%s", answer);
    cr_expect(ends_with(answer, "\r\n\r\nhello"), "%s", answer);
    cr_expect_str_eq(
        set->upstream.received, "GET /a/b?c=d%20e HTTP/1.1\r\n"
                                "Host: shop.example\r\n"
                                "Cookie: f=g\r\n"
                                "User-Agent: h\r\n"
                                "Via: 1.1 hob\r\n"
                                "Forwarded: for=127.0.0.1;host=\"shop.example\";proto=http\r\n"
                                "X-Forwarded-For: 127.0.0.1\r\n"
                                "X-Forwarded-Proto: http\r\n"
                                "X-Forwarded-Host: shop.example\r\n\r\n");
    tear_down(set);
}

CoroutineTest(reverse_proxy, keeps_fields_of_the_connection_to_itself)
{
    SET_UP({HELLO});
    ask(set, "GET / HTTP/1.1\r\n" HOST "Connection: close, A ,b\r\na: 1\r\nB: 2\r\nC: 3\r\n"
             "Keep-Alive: timeout=5\r\nTE: gzip\r\nUpgrade: websocket\r\nTrailer: x\r\n"
             "Proxy-Connection: close\r\nProxy-Authorization: Basic YTpi\r\n"
             "Connection: \t D\r\nD: 4\r\nE: 5\r\n\r\n");
    const char *got = set->upstream.received;
    static const char *const left_out[] = {
        "\na:",  "\nB:",       "\nD:",       "\nConnection:", "\nKeep-Alive:",
        "\nTE:", "\nUpgrade:", "\nTrailer:", "\nProxy-"};
    for (size_t i = 0; i < COUNT(left_out); i++)
        cr_expect_null(strstr(got, left_out[i]), "%s in %s", left_out[i], got);
    cr_expect(has_line(got, "C: 3") && has_line(got, "E: 5"), "%s", got);
    cr_expect_null(strstr(got, "User-Agent"), "the client had none");
    tear_down(set);
}

CoroutineTest(reverse_proxy, believes_no_forwarded_fields_of_a_client)
{
    SET_UP({HELLO});
    ask(set, "GET / HTTP/1.1\r\n" HOST CLOSE "X-Forwarded-For: 192.0.2.1\r\nForwarded: for=x\r\n"
             "X-Forwarded-Proto: https\r\nX-Forwarded-Port: 1\r\nX-Real-IP: 192.0.2.1\r\n"
             "Via: 1.0 cache\r\n\r\n");
    const char *got = set->upstream.received;
    cr_expect_null(strstr(got, "192.0.2.1"), "%s", got);
    cr_expect_null(strstr(got, "for=x"), "%s", got);
    cr_expect_null(strstr(got, "https"), "%s", got);
    cr_expect_null(strstr(got, "-Port"), "%s", got);
    cr_expect(strstr(got, "Via: 1.0 cache\r\nVia: 1.1 hob\r\n"), "%s", got);
    tear_down(set);
}

CoroutineTest(reverse_proxy, passes_the_client_of_a_trusted_proxy_on)
{
    static const struct act acts[] = {{HELLO}};
    hob_network loopback;
    cr_expect_eq(hob_network_parse("127.0.0.0/8", &loopback), 0);
    const hob_server_options options = {.trusted_proxies = &loopback, .trusted_proxy_count = 1};
    struct set *set = set_up_with(acts, COUNT(acts), NULL, options);
    ask(set, "GET / HTTP/1.1\r\n" HOST CLOSE "X-Forwarded-For: 1.1.1.1, 2001:db8::1\r\n"
             "X-Forwarded-Proto: https\r\nX-Forwarded-Host: a.example\r\n\r\n");
    const char *got = set->upstream.received;
    static const char *const lines[] = {
        "Forwarded: for=\"[2001:db8::1]\";host=\"a.example\";proto=https",
        "X-Forwarded-For: 2001:db8::1", "X-Forwarded-Proto: https", "X-Forwarded-Host: a.example",
        "Host: shop.example"};
    for (size_t i = 0; i < COUNT(lines); i++)
        cr_expect(has_line(got, lines[i]), "%s is missing in %s", lines[i], got);
    tear_down(set);
}

CoroutineTest(reverse_proxy, passes_targets_on)
{
    static const struct {
        const char *line, *expected, *host;
    } cases[] = {
        {"GET /", "GET / ", "Host: shop.example"},
        {"GET /?", "GET /? ", "Host: shop.example"},
        {"GET /%2f/a;b|c?d?e", "GET /%2f/a;b|c?d?e ", "Host: shop.example"},
        {"GET /%61%2F%7e?%61", "GET /%61%2F%7e?%61 ", "Host: shop.example"},
        {"GET //a//?", "GET //a//? ", "Host: shop.example"},
        {"GET /.a/..b/.../a.", "GET /.a/..b/.../a. ", "Host: shop.example"},
        {"GET /..%2f..%2fa", "GET /..%2f..%2fa ", "Host: shop.example"},
        {"GET /%252e%252e/a", "GET /%252e%252e/a ", "Host: shop.example"},
        {"GET /a/../%62", "GET /b ", "Host: shop.example"},
        {"GET /a/%2E%2e/%2f?/../", "GET /%2F?/../ ", "Host: shop.example"},
        {"GET /a/.%2e", "GET / ", "Host: shop.example"},
        {"GET /%61/.", "GET /a/ ", "Host: shop.example"},
        {"GET /./%61", "GET /a ", "Host: shop.example"},
        {"GET http://other.example/%61?", "GET /%61? ", "Host: other.example"},
        {"GET http://other.example", "GET / ", "Host: other.example"},
        {"GET http://other.example:81/x?y", "GET /x?y ", "Host: other.example:81"},
        {"OPTIONS *", "OPTIONS * ", "Host: shop.example"},
        {"DELETE /a", "DELETE /a ", "Host: shop.example"},
    };
    SET_UP({HELLO});
    for (size_t i = 0; i < COUNT(cases); i++) {
        char request[200];
        snprintf(request, sizeof(request), "%s HTTP/1.1\r\n" HOST CLOSE "\r\n", cases[i].line);
        ask(set, request);
        const char *got = set->upstream.received + set->upstream.last_request;
        cr_expect(answered(set, "200"), "%s: %s", cases[i].line, set->answer);
        cr_expect_eq(strncmp(got, cases[i].expected, strlen(cases[i].expected)), 0, "%s", got);
        cr_expect(has_line(got, cases[i].host), "%s", got);
    }
    tear_down(set);
}

CoroutineTest(reverse_proxy, sends_the_host_of_the_origin_if_there_is_none)
{
    SET_UP({HELLO});
    char host[200];
    ask(set, "GET / HTTP/1.0\r\n\r\n");
    snprintf(host, sizeof(host), "Host: %s", set->upstream.listening.text);
    cr_expect(has_line(set->upstream.received, host), "%s", set->upstream.received);
    cr_expect(has_line(set->upstream.received, "Via: 1.0 hob"), "%s", set->upstream.received);
    cr_expect(
        has_line(set->upstream.received, "Forwarded: for=127.0.0.1;proto=http"), "%s",
        set->upstream.received);
    cr_expect(ends_with(set->answer, "\r\n\r\nhello"));
    tear_down(set);
}

CoroutineTest(reverse_proxy, counts_how_often_a_request_may_be_passed_on)
{
#define MAX(method, number) method " / HTTP/1.1\r\n" HOST CLOSE "Max-Forwards: " number "\r\n\r\n"
    SET_UP({HELLO});
    ask(set, MAX("OPTIONS", "0"));
    cr_expect(answered(set, "204"), "%s", set->answer);
    ask(set, MAX("TRACE", "0"));
    cr_expect(answered(set, "501"), "%s", set->answer);
    cr_expect_eq(set->upstream.requests, 0);
    ask(set, MAX("OPTIONS", "3"));
    cr_expect(has_line(set->upstream.received, "Max-Forwards: 2"), "%s", set->upstream.received);
    tear_down(set);
}

CoroutineTest(reverse_proxy, streams_a_body_of_known_length)
{
    SET_UP({HELLO});
    ask(set, "POST / HTTP/1.1\r\n" HOST CLOSE "Content-Length: 3\r\n\r\nabc");
    cr_expect(has_line(set->upstream.received, "Content-Length: 3"), "%s", set->upstream.received);
    cr_expect(ends_with(set->upstream.received, "\r\n\r\nabc"), "%s", set->upstream.received);
    tear_down(set);
}

CoroutineTest(reverse_proxy, streams_a_chunked_body)
{
    SET_UP({HELLO});
    ask(set, "POST / HTTP/1.1\r\n" HOST CLOSE "Transfer-Encoding: chunked\r\n\r\n"
             "3\r\nabc\r\n0\r\n\r\n");
    const char *got = set->upstream.received;
    cr_expect(has_line(got, "Transfer-Encoding: chunked"), "%s", got);
    cr_expect(ends_with(got, "\r\n\r\n3\r\nabc\r\n0\r\n\r\n"), "%s", got);
    tear_down(set);
}

CoroutineTest(reverse_proxy, asks_for_a_body_that_waits)
{
    SET_UP({HELLO});
    hob_conn *conn = send_request(
        set, "PUT / HTTP/1.1\r\n" HOST CLOSE "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    read_until(set, conn, "100 Continue\r\n\r\n");
    cr_expect_eq(hob_conn_write(conn, "abc", 3), 0);
    read_until(set, conn, NULL);
    hob_conn_close(conn);
    cr_expect(answered(set, "200"), "%s", set->answer);
    cr_expect_null(strstr(set->upstream.received, "Expect"), "%s", set->upstream.received);
    cr_expect(ends_with(set->upstream.received, "\r\n\r\nabc"));
    tear_down(set);
}

CoroutineTest(reverse_proxy, refuses_a_body_that_is_broken_or_too_large)
{
    SET_UP({HELLO});
    ask(set, "POST / HTTP/1.1\r\n" HOST CLOSE "Transfer-Encoding: chunked\r\n\r\nx\r\n");
    cr_expect(answered(set, "400"), "%s", set->answer);
    ask(set, "POST / HTTP/1.1\r\n" HOST CLOSE "Content-Length: 9999999\r\n\r\n");
    cr_expect(answered(set, "413"), "%s", set->answer);
    tear_down(set);
}

CoroutineTest(reverse_proxy, passes_a_response_on)
{
    SET_UP({"HTTP/1.1 206 Some\r\nContent-Length: 5\r\nContent-Type: text/x\r\nSet-Cookie: a=1\r\n"
            "Set-Cookie: b=2\r\nServer: up\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
            "Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=9\r\n"
            "Proxy-Authenticate: Basic\r\nVia: 1.1 up\r\nETag: \"v\"\r\n\r\nhello"});
    const char *answer = ask(set, GET("/"));
    cr_expect(answered(set, "206 "), "%s", answer);
    static const char *const lines[] = {
        "Content-Length: 5", "Content-Type: text/x", "Set-Cookie: a=1", "Set-Cookie: b=2",
        "Via: 1.1 up",       "Via: 1.1 hob",         "ETag: \"v\"",     "Connection: close"};
    for (size_t i = 0; i < COUNT(lines); i++)
        cr_expect(has_line(answer, lines[i]), "%s is missing in %s", lines[i], answer);
    static const char *const left_out[] = {"X-Hop", "Keep-Alive", "Proxy-", "Server: up", "1970"};
    for (size_t i = 0; i < COUNT(left_out); i++)
        cr_expect_null(strstr(answer, left_out[i]), "%s in %s", left_out[i], answer);
    cr_expect(ends_with(answer, "\r\n\r\nhello"), "%s", answer);
    tear_down(set);
}

CoroutineTest(reverse_proxy, passes_responses_without_content_on)
{
    static const struct {
        const char *method, *status, *length;
    } cases[] = {
        {"HEAD", "200", "Content-Length: 5"},
        {"GET", "204", NULL},
        {"GET", "304", NULL},
    };
    SET_UP(
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nA: b\r\n\r\n"},
        {"HTTP/1.1 204 No\r\nA: b\r\n\r\n"},
        {"HTTP/1.1 304 No\r\nContent-Length: 5\r\nA: b\r\n\r\n"});
    for (size_t i = 0; i < COUNT(cases); i++) {
        char request[200];
        snprintf(request, sizeof(request), "%s / HTTP/1.1\r\n" HOST CLOSE "\r\n", cases[i].method);
        ask(set, request);
        cr_expect(answered(set, cases[i].status), "%s", set->answer);
        cr_expect(has_line(set->answer, "A: b"), "%s", set->answer);
        cr_expect(!cases[i].length || has_line(set->answer, cases[i].length), "%s", set->answer);
        cr_expect(ends_with(set->answer, "\r\n\r\n"), "%s", set->answer);
    }
    cr_expect_eq(set->upstream.accepted, 1, "the connection is used again");
    tear_down(set);
}

CoroutineTest(reverse_proxy, drops_interim_responses_and_trailers)
{
    SET_UP(
        {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nT: u\r\n\r\n"});
    const char *answer = ask(set, GET("/"));
    cr_expect(answered(set, "200"), "%s", answer);
    cr_expect(ends_with(answer, "\r\n\r\n5\r\nhello\r\n0\r\n\r\n"), "%s", answer);
    tear_down(set);
}

/* Authorization must not be a trailer (RFC 9110 section 6.5.1). */
CoroutineTest(reverse_proxy, passes_trailers_to_a_client_that_takes_them)
{
    SET_UP({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"
            "T: u\r\nAuthorization: x\r\nV:\r\n\r\n"});
    const char *answer = ask(set, "GET / HTTP/1.1\r\n" HOST CLOSE "TE: trailers\r\n\r\n");
    cr_expect(answered(set, "200"), "%s", answer);
    cr_expect(ends_with(answer, "\r\n5\r\nhello\r\n0\r\nT: u\r\nV: \r\n\r\n"), "%s", answer);
    const char *got = set->upstream.received;
    cr_expect(has_line(got, "TE: trailers") && has_line(got, "Connection: TE"), "%s", got);
    tear_down(set);
}

CoroutineTest(reverse_proxy, passes_redirects_on)
{
    SET_UP({"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"});
    ask(set, GET("/a"));
    cr_expect(answered(set, "302"), "%s", set->answer);
    cr_expect(has_line(set->answer, "Location: /b"), "%s", set->answer);
    cr_expect_eq(set->upstream.requests, 1);
    tear_down(set);
}

CoroutineTest(reverse_proxy, passes_an_early_response_on)
{
    SET_UP(
        {.send = "HTTP/1.1 401 No\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
         .then = THEN_CLOSE,
         .early = true});
    ask(set, "POST / HTTP/1.1\r\n" HOST CLOSE "Content-Length: 3\r\n\r\nabc");
    cr_expect(answered(set, "401"), "%s", set->answer);
    tear_down(set);
}

/* Caddy 2.6 and lighttpd complete such a response, so that the client takes it for whole. */
CoroutineTest(reverse_proxy, breaks_a_response_off_that_breaks_off)
{
    SET_UP(
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", THEN_CLOSE},
        {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", THEN_CLOSE},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nx\r\n", THEN_CLOSE});
    for (size_t i = 0; i < COUNT(acts); i++) {
        const char *answer = ask(set, GET("/"));
        cr_expect(answered(set, "200"), "%s", answer);
        cr_expect_null(strstr(answer, "\r\n0\r\n"), "%s", answer);
        cr_expect(i != 1 || ends_with(answer, "\r\n\r\nhello"), "%s", answer);
    }
    tear_down(set);
}

static const char *detail_of(const struct set *self)
{
    const char *end = strstr(self->answer, "\r\n\r\n");
    return end ? end + 4 : "";
}

CoroutineTest(reverse_proxy, says_how_the_upstream_has_failed)
{
    static const struct {
        const char *expected;
    } cases[] = {
        {"502 Bad Gateway: the upstream server has closed the connection\n"},
        {"502 Bad Gateway: the upstream server has sent an invalid response\n"},
        {"502 Bad Gateway: the upstream server has sent an invalid response\n"},
        {"502 Bad Gateway: the upstream server has sent an invalid status\n"},
        {"504 Gateway Timeout: the upstream server is too slow\n"},
    };
    static const struct act acts[] = {
        {NULL, THEN_CLOSE},
        {"SSH-2.0\r\n\r\n", THEN_CLOSE},
        {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", THEN_CLOSE},
        {"HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n", THEN_CLOSE},
        {NULL, THEN_HOLD},
    };
    const hob_client_options options = {.head_timeout = 0.05};
    struct set *set = set_up_with(acts, COUNT(acts), &options, (hob_server_options){0});
    for (size_t i = 0; i < COUNT(cases); i++) {
        ask(set, "POST / HTTP/1.1\r\n" HOST CLOSE "Content-Length: 0\r\n\r\n");
        cr_expect_str_eq(detail_of(set), cases[i].expected);
    }
    tear_down(set);
}

CoroutineTest(reverse_proxy, replies_502_if_nobody_listens)
{
    SET_UP({HELLO});
    struct listening nobody = listening_refuse();
    char origin[200];
    snprintf(origin, sizeof(origin), "http://%s", nobody.text);
    set->origin = origin;
    ask(set, GET("/"));
    cr_expect_str_eq(detail_of(set), "502 Bad Gateway: the upstream server cannot be reached\n");
    listening_close(&nobody);
    tear_down(set);
}

CoroutineTest(reverse_proxy, replies_500_if_the_origin_is_wrong)
{
    SET_UP({HELLO});
    set->origin = "127.0.0.1";
    ask(set, GET("/"));
    cr_expect_str_eq(detail_of(set), "500 Internal Server Error\n");
    tear_down(set);
}

CoroutineTest(reverse_proxy, replies_504_when_the_time_of_the_handler_is_over)
{
    static const struct act acts[] = {{NULL, THEN_HOLD}};
    const hob_server_options options = {.handler_timeout = 0.05};
    struct set *set = set_up_with(acts, COUNT(acts), NULL, options);
    ask(set, GET("/"));
    cr_expect_str_eq(detail_of(set), "504 Gateway Timeout: the upstream server is too slow\n");
    tear_down(set);
}

static bool closes_the_upstream(struct set *self)
{
    hob_client_counts counts;
    double end = hob_now() + SECONDS_LONG;
    do {
        hob_sleep(0.001);
        hob_client_count(self->client, &counts);
    } while (counts.open > 0 && hob_now() < end);
    return counts.open == 0;
}

CoroutineTest(reverse_proxy, closes_the_upstream_when_the_client_leaves)
{
    SET_UP({.send = NULL, .then = THEN_HOLD});
    hob_conn *conn = send_request(set, GET("/"));
    while (set->upstream.requests == 0)
        hob_sleep(0.001);
    cr_expect_eq(set->upstream.open, 1);
    hob_conn_close(conn);
    cr_expect(closes_the_upstream(set));
    tear_down(set);
}

CoroutineTest(reverse_proxy, closes_the_upstream_when_a_client_leaves_midway)
{
    SET_UP({.send = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", .then = THEN_HOLD});
    hob_conn *conn = send_request(set, GET("/"));
    read_until(set, conn, "hello");
    cr_expect(ends_with(set->answer, "hello"), "each piece is passed on at once");
    hob_conn_close(conn);
    cr_expect(closes_the_upstream(set));
    tear_down(set);
}

/* Sends without end, and counts the bytes. */
static int send_endlessly(hob_request *req, hob_response *res)
{
    static const char bytes[16 * 1024];
    size_t *sent = hob_request_context(req);
    int err = hob_stream(res, 200, NULL);
    while (err == 0) {
        err = hob_send(res, bytes, sizeof(bytes));
        *sent += sizeof(bytes);
    }
    return err;
}

CoroutineTest(reverse_proxy, slows_the_upstream_down_for_a_slow_client)
{
    enum { STILL = 200, LIMIT = 256 * 1024 * 1024 };
    SET_UP({HELLO});
    hob_server *source;
    size_t sent = 0, before = 0;
    const hob_server_options options = {.handler = send_endlessly, .context = &sent, .grace = -1};
    cr_expect_eq(hob_server_open(&options, &source), 0);
    hob_future *serving = hob_server_start(source);
    char origin[200];
    snprintf(origin, sizeof(origin), "%s", hob_server_url(source));
    origin[strlen(origin) - 1] = '\0'; /* the slash */
    set->origin = origin;
    hob_conn *conn = send_request(set, GET("/"));
    for (int still = 0; still < STILL && sent < LIMIT; before = sent) {
        hob_sleep(0.001);
        still = sent > 0 && sent == before ? still + 1 : 0;
    }
    cr_expect_lt(sent, LIMIT, "the buffers are full, and the upstream waits");
    hob_conn_close(conn);
    cr_expect(closes_the_upstream(set));
    hob_server_stop(source);
    hob_await(serving);
    hob_server_close(source);
    tear_down(set);
}
