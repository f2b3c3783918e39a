#include "server/response.h"

#include <time.h>

#include "tests/support/sanitizers.h"
#include "tests/support/test.h"
#include "tests/support/wire.h"

TestSuite(response, .fini = expect_no_leaks, .timeout = 20);

#define GET     "GET / HTTP/1.1\r\nHost: h\r\n"
#define GET_1_0 "GET / HTTP/1.0\r\n"
#define HEAD    "HEAD / HTTP/1.1\r\nHost: h\r\n"
#define POST    "POST / HTTP/1.1\r\nHost: h\r\n"
#define CHUNKED "Transfer-Encoding: chunked\r\n\r\n"

/* The begin of each response; the Date line, which is next, is left out. */
#define OK           "HTTP/1.1 200 OK\r\nServer: hob\r\n"
#define NOT_FOUND    "HTTP/1.1 404 Not Found\r\nServer: hob\r\n"
#define NO_CONTENT   "HTTP/1.1 204 No Content\r\nServer: hob\r\n\r\n"
#define NOT_MODIFIED "HTTP/1.1 304 Not Modified\r\nServer: hob\r\n\r\n"
#define TEXT         "Content-Type: text/plain; charset=utf-8\r\n"

struct reply {
    int status;
    const char *type, *content;
};

static int reply_as_told(hob_request *req, hob_response *res)
{
    const struct reply *reply = hob_request_context(req);
    return hob_reply(res, reply->status, reply->type, reply->content, strlen(reply->content));
}

static int reply_hello(hob_request *req, hob_response *res)
{
    return hob_reply_text(res, 200, "hello");
}

static void expect_reply(struct reply reply, const char *request, const char *response)
{
    const hob_server_options server = {.handler = reply_as_told, .context = &reply};
    expect_exchange(&server, request, response);
}

Test(response, is_the_head_and_the_content_of_its_reply)
{
    static const struct {
        struct reply reply;
        const char *request, *response;
    } cases[] = {
        {{200, "text/html", "<p>hello"},
         GET,
         OK "Content-Type: text/html\r\nContent-Length: 8\r\n\r\n<p>hello"},
        {{404, "a/b", "no"}, GET, NOT_FOUND "Content-Type: a/b\r\nContent-Length: 2\r\n\r\nno"},
        {{200, NULL, "hi"}, GET, OK "Content-Length: 2\r\n\r\nhi"},
        {{200, NULL, ""}, GET, OK "Content-Length: 0\r\n\r\n"},
        /* RFC 9112 section 4: without a reason, the space before it stays. */
        {{299, NULL, ""}, GET, "HTTP/1.1 299 \r\nServer: hob\r\nContent-Length: 0\r\n\r\n"},
        /* RFC 9110 section 9.3.2: to HEAD, what GET would get, but no content. */
        {{200, NULL, "hello"}, HEAD, OK "Content-Length: 5\r\n\r\n"},
        {{404, "a/b", "no"}, HEAD, NOT_FOUND "Content-Type: a/b\r\nContent-Length: 2\r\n\r\n"},
        /* RFC 9110 sections 8.6, 15.3.5 and 15.4.5: neither content nor length. */
        {{204, NULL, ""}, GET, NO_CONTENT},
        {{204, "a/b", "hello"}, GET, NO_CONTENT},
        {{204, "a/b", "hello"}, HEAD, NO_CONTENT},
        {{304, NULL, ""}, GET, NOT_MODIFIED},
        {{304, "a/b", "hello"}, GET, NOT_MODIFIED},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char request[128];
        snprintf(request, sizeof(request), "%s\r\n", cases[i].request);
        expect_reply(cases[i].reply, request, cases[i].response);
    }
}

static int send_in_pieces(hob_request *req, hob_response *res)
{
    int head = strcmp(hob_request_method(req), "HEAD") == 0 ? -EPIPE : 0;
    int too_much = head ? -EPIPE : -EINVAL;
    cr_expect_eq(hob_send(res, "abc", 3), -EINVAL, "there is no stream yet");
    cr_expect_eq(hob_stream_sized(res, 204, NULL, 6), -EINVAL, "it has no content");
    cr_expect_eq(hob_stream_sized(res, 206, "a\nb", 6), -EINVAL);
    cr_expect_eq(hob_stream_sized(res, 206, NULL, 6), head);
    cr_expect_eq(hob_stream_sized(res, 200, NULL, 6), -EALREADY);
    cr_expect_eq(hob_send(res, "abc", 3), head);
    cr_expect_eq(res->missing, head ? 0 : 3);
    cr_expect_eq(hob_send(res, "defg", 4), too_much);
    cr_expect_eq(hob_send(res, "de", 2), head);
    cr_expect_eq(hob_send(res, "f", 1), head);
    cr_expect_eq(hob_send(res, NULL, 0), head);
    cr_expect_eq(hob_send(res, "g", 1), too_much);
    cr_expect_eq(res->missing, 0);
    return 0;
}

Test(response, may_be_sent_in_pieces_of_a_length_known_before)
{
    const hob_server_options server = {.handler = send_in_pieces};
    static const char head[] =
        "HTTP/1.1 206 Partial Content\r\nServer: hob\r\nContent-Length: 6\r\n\r\n";
    char whole[sizeof(head) + 6];
    snprintf(whole, sizeof(whole), "%sabcdef", head);
    expect_exchange(&server, GET "\r\n", whole);
    expect_exchange(&server, HEAD "\r\n", head);
}

static time_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return time.tv_sec;
}

/* RFC 9110 section 5.6.7: in the preferred format. */
Test(response, has_the_date_of_now_wherever_the_server_is)
{
    static const char format[] = "Date: %a, %d %b %Y %H:%M:%S GMT\r\n";
    const hob_server_options server = {.handler = reply_hello};
    struct tm utc = {0};
    char written[64];
    setenv("TZ", "HOB-5:45", 1);
    tzset();
    time_t before = now();
    struct wire_response response = wire_exchange(&server, GET "\r\n");
    time_t after = now();
    const char *line = strstr(response.bytes, "Date: ");
    cr_assert(line && strptime(line, format, &utc), "%s", response.bytes);
    cr_expect(before <= timegm(&utc) && timegm(&utc) <= after, "%s", response.bytes);
    strftime(written, sizeof(written), format, &utc);
    cr_expect_eq(strncmp(line, written, strlen(written)), 0, "%s", response.bytes);
    wire_response_free(&response);
}

enum { LARGE = 60 * 1024 }; /* what is larger goes to the socket: see the integration tests */

static int reply_large(hob_request *req, hob_response *res)
{
    return hob_reply(res, 200, NULL, hob_request_context(req), LARGE);
}

Test(response, may_be_large_and_of_any_bytes)
{
    static const char head[] = OK "Content-Length: 61440\r\n\r\n";
    char *content = malloc(LARGE);
    cr_assert_not_null(content);
    for (size_t i = 0; i < LARGE; i++)
        content[i] = (char)(i * 7 + i / 256);

    const hob_server_options server = {.handler = reply_large, .context = content};
    struct wire_response response = wire_exchange(&server, GET "\r\n");
    drop_date(&response);
    size_t head_length = sizeof(head) - 1;
    cr_assert_eq(response.length, head_length + LARGE);
    cr_expect_arr_eq(response.bytes, head, head_length);
    cr_expect_eq(memcmp(response.bytes + head_length, content, LARGE), 0);
    wire_response_free(&response);
    free(content);
}

static int reply_from_a_buffer_that_changes(hob_request *req, hob_response *res)
{
    char content[] = "hello";
    int err = hob_reply_text(res, 200, content);
    memset(content, 'x', sizeof(content));
    return err;
}

/* The connection, RFC 9112 section 9. */

Test(response, says_whether_the_connection_persists)
{
    static const struct {
        const char *request, *field;
    } cases[] = {
        /* A client that has it as default gets no field. */
        {GET "\r\n", ""},
        {GET "Connection: keep-alive\r\n\r\n", ""},
        {GET "Connection: close\r\n\r\n", "Connection: close\r\n"},
        {GET_1_0 "\r\n", "Connection: close\r\n"},
        {GET_1_0 "Connection: keep-alive\r\n\r\n", "Connection: keep-alive\r\n"},
        /* A small body that the handler did not read is dropped, ... */
        {POST "Content-Length: 5\r\n\r\nhello", ""},
        {POST "Content-Length: 65536\r\n\r\n", ""},
        {POST CHUNKED "0\r\n\r\n", ""},
        {POST CHUNKED "5\r\nhello\r\n0\r\nA: b\r\n\r\n", ""},
        /* ... but a large one is not worth it, ... */
        {POST "Content-Length: 65537\r\n\r\n", "Connection: close\r\n"},
        {POST "Content-Length: 9223372036854775807\r\n\r\n", "Connection: close\r\n"},
        /* ... of a chunked one it is not known how much comes, or whether it is sound, ... */
        {POST CHUNKED, "Connection: close\r\n"},
        {POST CHUNKED "5\r\nhello\r\n", "Connection: close\r\n"},
        {POST CHUNKED "5\r\nhello!\r\n0\r\n\r\n", "Connection: close\r\n"},
        /* ... and one that the client keeps back until it is asked may never come. */
        {POST "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n", "Connection: close\r\n"},
        {GET "Expect: 100-continue\r\n\r\n", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char response[128];
        snprintf(response, sizeof(response), OK "Content-Length: 2\r\n%s\r\nhi", cases[i].field);
        expect_reply((struct reply){200, NULL, "hi"}, cases[i].request, response);
    }
}

static int reply_while_the_server_stops(hob_request *req, hob_response *res)
{
    req->server->closing = true;
    return hob_reply_text(res, 200, "hello");
}

Test(response, of_a_server_that_stops_closes_the_connection)
{
    const hob_server_options server = {.handler = reply_while_the_server_stops};
    static const char closing[] = OK TEXT "Content-Length: 5\r\nConnection: close\r\n\r\nhello";
    expect_exchange(&server, GET "\r\n", closing);
    expect_exchange(&server, GET "Connection: keep-alive\r\n\r\n", closing);
    expect_exchange(&server, GET_1_0 "Connection: keep-alive\r\n\r\n", closing);
}

static int add_headers(hob_request *req, hob_response *res)
{
    cr_expect_eq(hob_response_add_header(res, "Allow", "GET, HEAD"), 0);
    cr_expect_eq(hob_response_add_header(res, "Set-Cookie", "a=b"), 0);
    cr_expect_eq(hob_response_add_header(res, "set-cookie", "c=d"), 0);
    cr_expect_eq(hob_response_add_header(res, "X-Empty", ""), 0);
    cr_expect_eq(hob_response_add_header(res, "X-Tab", "a\tb  c"), 0);
    cr_expect_eq(hob_response_add_header(res, "X-Utf-8", "\xc3\xa9"), 0);
    cr_expect_eq(hob_response_add_header(res, "!#$%&'*+-.^_`|~09azAZ", ": x:"), 0);
    return hob_reply(res, 200, NULL, "hi", 2);
}

static int add_headers_to_no_content(hob_request *req, hob_response *res)
{
    cr_expect_eq(hob_response_add_header(res, "ETag", "\"a\""), 0);
    return hob_reply(res, 304, NULL, NULL, 0);
}

enum { MANY = 1000 };

static int add_many_headers(hob_request *req, hob_response *res)
{
    for (int i = 0; i < MANY; i++)
        cr_expect_eq(hob_response_add_header(res, "X-Many", "more than the room for one head"), 0);
    return hob_reply(res, 200, NULL, "hi", 2);
}

Test(response, may_have_many_headers)
{
    const hob_server_options server = {.handler = add_many_headers};
    struct wire_response response = wire_exchange(&server, GET "\r\n");
    cr_expect_eq(count_text(response.bytes, "\r\nX-Many: "), MANY);
    cr_expect_str_eq(response.bytes + response.length - 6, "\r\n\r\nhi");
    wire_response_free(&response);
}

static void expect_bad_names(hob_response *res, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        cr_expect_eq(hob_response_add_header(res, names[i], "x"), -EINVAL, "%s", names[i]);
}

static int add_bad_headers(hob_request *req, hob_response *res)
{
    /* RFC 9110 section 5.6.2. */
    static const char *const not_tokens[] = {
        "", " ", "X Y", " X", "X ", "X:", "X\tY", "X\r\nY", "X\x7f", "X\x80", "(X)", "X/Y", "\"X\"",
    };
    static const char *const of_the_server[] = {
        "Connection",   "Content-Length", "Content-Type",
        "Date",         "Server",         "Transfer-Encoding",
        "X-Request-Id", "content-length", "TRANSFER-ENCODING",
    };
    /* Control characters, which could begin a header or a response of their own. */
    static const char *const values[] = {
        "a\r\nY: b", "a\r\n\r\nb", "a\n", "\ra", "a\rb", "a\x01", "a\x1f", "a\x7f",
    };
    expect_bad_names(res, not_tokens, COUNT(not_tokens));
    expect_bad_names(res, of_the_server, COUNT(of_the_server));
    for (size_t i = 0; i < COUNT(values); i++)
        cr_expect_eq(hob_response_add_header(res, "X", values[i]), -EINVAL, "%s", values[i]);
    return hob_reply(res, 200, NULL, "hi", 2);
}

static int reply_again(hob_request *req, hob_response *res)
{
    cr_expect_eq(hob_reply(res, 200, NULL, "one", 3), 0);
    cr_expect_eq(hob_reply(res, 201, NULL, "two", 3), -EALREADY);
    cr_expect_eq(hob_reply_text(res, 201, "three"), -EALREADY);
    cr_expect_eq(hob_reply(res, 0, NULL, NULL, 0), -EALREADY);
    cr_expect_eq(hob_response_add_header(res, "X", "y"), -EALREADY);
    return 0;
}

/* So much that the room for it, with the head, cannot be counted. */
static int reply_with_too_much(hob_request *req, hob_response *res)
{
    cr_expect_eq(hob_reply(res, 200, NULL, "", SIZE_MAX), -ENOMEM);
    cr_expect_eq(hob_reply(res, 200, NULL, "", SIZE_MAX / 2), -ENOMEM);
    return hob_reply(res, 200, NULL, "hi", 2);
}

static int reply_with_bad_statuses(hob_request *req, hob_response *res)
{
    static const int cases[] = {INT32_MIN, -200, -1, 0, 1, 99, 100, 101, 199, 600, 999, INT32_MAX};
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect_eq(hob_reply_text(res, cases[i], "no"), -EINVAL, "%d", cases[i]);
    return hob_reply(res, 200, NULL, "hi", 2);
}

static int reply_with_bad_types(hob_request *req, hob_response *res)
{
    static const char *const cases[] = {"a/b\r\nX: y", "a/b\n", "\r", "a\x01", "a\x7f"};
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect_eq(hob_reply(res, 200, cases[i], "no", 2), -EINVAL, "%s", cases[i]);
    return hob_reply(res, 200, NULL, "hi", 2);
}

static int reply_nothing(hob_request *req, hob_response *res)
{
    return -ECANCELED;
}

Test(response, of_a_handler_that_replies_nothing_is_nothing)
{
    const hob_server_options server = {.handler = reply_nothing};
    struct wire_response response = wire_exchange(&server, GET "\r\n");
    cr_expect_eq(response.length, 0);
    wire_response_free(&response);
}

/* Handlers that need no context. Some make their expectations known themselves. */

Test(response, is_that_of_its_handler)
{
    static const struct {
        const char *name;
        hob_handler *handler;
        const char *response;
    } cases[] = {
        {NAMED(reply_hello), OK TEXT "Content-Length: 5\r\n\r\nhello"},
        {NAMED(reply_from_a_buffer_that_changes), OK TEXT "Content-Length: 5\r\n\r\nhello"},
        {NAMED(add_headers), OK "Content-Length: 2\r\n"
                                "Allow: GET, HEAD\r\n"
                                "Set-Cookie: a=b\r\n"
                                "set-cookie: c=d\r\n"
                                "X-Empty: \r\n"
                                "X-Tab: a\tb  c\r\n"
                                "X-Utf-8: \xc3\xa9\r\n"
                                "!#$%&'*+-.^_`|~09azAZ: : x:\r\n"
                                "\r\nhi"},
        {NAMED(add_headers_to_no_content),
         "HTTP/1.1 304 Not Modified\r\nServer: hob\r\nETag: \"a\"\r\n\r\n"},
        {NAMED(add_bad_headers), OK "Content-Length: 2\r\n\r\nhi"},
        {NAMED(reply_again), OK "Content-Length: 3\r\n\r\none"},
        {NAMED(reply_with_too_much), OK "Content-Length: 2\r\n\r\nhi"},
        {NAMED(reply_with_bad_statuses), OK "Content-Length: 2\r\n\r\nhi"},
        {NAMED(reply_with_bad_types), OK "Content-Length: 2\r\n\r\nhi"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const hob_server_options server = {.handler = cases[i].handler};
        struct wire_response response = wire_exchange(&server, GET "\r\n");
        drop_date(&response);
        cr_expect_str_eq(
            response.bytes, cases[i].response, "%s: %s", cases[i].name, response.bytes);
        wire_response_free(&response);
    }
}

static int reply_error(hob_request *req, hob_response *res)
{
    return response_reply_error(res, 404, hob_request_context(req));
}

Test(response, of_an_error_says_what_is_wrong)
{
    char detail[] = "no dish";
    hob_server_options server = {.handler = reply_error};
    expect_exchange(
        &server, GET "\r\n", NOT_FOUND TEXT "Content-Length: 14\r\n\r\n404 Not Found\n");
    server.context = detail;
    expect_exchange(
        &server, GET "\r\n", NOT_FOUND TEXT "Content-Length: 23\r\n\r\n404 Not Found: no dish\n");
}
