#include "server/response.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/status.h"
#include "tests/support/coroutine.h"
#include "tests/support/lone_request.h"

TestSuite(response, .timeout = 20);

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define GET          "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
#define HEAD         "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n"

static bool matches(const char *text, const char *pattern)
{
    regex_t regex;
    if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0)
        return false;
    bool found = regexec(&regex, text, 0, NULL, 0) == 0;
    regfree(&regex);
    return found;
}

static bool has_line(struct lone_request *lone, const char *line)
{
    char text[128];
    snprintf(text, sizeof(text), "\r\n%s\r\n", line);
    return strstr(lone_response(lone), text) != NULL;
}

static bool has_field(struct lone_request *lone, const char *name)
{
    char text[128];
    snprintf(text, sizeof(text), "\r\n%s: ", name);
    return strstr(lone_response(lone), text) != NULL;
}

/* RFC 9112 section 4 and RFC 9110 section 5.6.7, down to the last byte. */
CoroutineTest(response, is_framed_as_http_1_1)
{
    struct lone_request lone;
    lone_request_init(&lone, GET, NULL);
    cr_expect_eq(hob_reply_text(&lone.res, 200, "hello\n"), 0);
    cr_expect(
        matches(
            lone_response(&lone), "^HTTP/1\\.1 200 OK\r\n"
                                  "Server: hob\r\n"
                                  "Date: (Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-3][0-9] "
                                  "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) "
                                  "[0-9]{4} [0-2][0-9]:[0-5][0-9]:[0-6][0-9] GMT\r\n"
                                  "Content-Type: text/plain; charset=utf-8\r\n"
                                  "Content-Length: 6\r\n"
                                  "\r\n"
                                  "hello\n$"),
        "%s", lone_response(&lone));
    lone_request_free(&lone);
}

CoroutineTest(response, has_the_reason_that_belongs_to_its_status)
{
    static const struct {
        int status;
        const char *line;
    } cases[] = {
        {200, "HTTP/1.1 200 OK\r\n"},
        {301, "HTTP/1.1 301 Moved Permanently\r\n"},
        {404, "HTTP/1.1 404 Not Found\r\n"},
        {413, "HTTP/1.1 413 Content Too Large\r\n"},
        {505, "HTTP/1.1 505 HTTP Version Not Supported\r\n"},
        {299, "HTTP/1.1 299 \r\n"}, /* the space is not optional (RFC 9112 section 4) */
        {599, "HTTP/1.1 599 \r\n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct lone_request lone;
        lone_request_init(&lone, GET, NULL);
        cr_expect_eq(hob_reply_text(&lone.res, cases[i].status, ""), 0);
        const char *response = lone_response(&lone);
        cr_expect_eq(strncmp(response, cases[i].line, strlen(cases[i].line)), 0, "%s", response);
        lone_request_free(&lone);
    }
}

CoroutineTest(response, to_head_has_the_length_of_the_content_but_not_the_content)
{
    struct lone_request lone;
    lone_request_init(&lone, HEAD, NULL);
    cr_expect_eq(hob_reply_text(&lone.res, 200, "hello\n"), 0);
    cr_expect(has_line(&lone, "Content-Length: 6"));
    cr_expect_str_eq(lone_content(&lone), "");
    lone_request_free(&lone);
}

/* RFC 9110 sections 8.6, 15.3.5 and 15.4.5. */
CoroutineTest(response, without_content_has_no_length_either)
{
    static const int statuses[] = {204, 304};
    for (size_t i = 0; i < COUNT(statuses); i++) {
        struct lone_request lone;
        lone_request_init(&lone, GET, NULL);
        cr_expect_eq(hob_reply_text(&lone.res, statuses[i], "not to be sent"), 0);
        cr_expect_not(has_field(&lone, "Content-Length"), "%d", statuses[i]);
        cr_expect_not(has_field(&lone, "Content-Type"), "%d", statuses[i]);
        cr_expect_str_eq(lone_content(&lone), "", "%d", statuses[i]);
        lone_request_free(&lone);
    }
}

CoroutineTest(response, can_be_empty_and_says_so)
{
    struct lone_request lone;
    lone_request_init(&lone, GET, NULL);
    cr_expect_eq(hob_reply(&lone.res, 200, NULL, NULL, 0), 0);
    cr_expect(has_line(&lone, "Content-Length: 0"));
    cr_expect_not(has_field(&lone, "Content-Type"));
    cr_expect_str_eq(lone_content(&lone), "");
    lone_request_free(&lone);
}

CoroutineTest(response, carries_any_bytes)
{
    enum { SIZE = 3 * 1024 * 1024 };
    struct lone_request lone;
    char *bytes = malloc(SIZE);
    if (!bytes)
        abort();
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (char)(i * 7); /* NULs too */
    lone_request_init(&lone, GET, NULL);
    cr_expect_eq(hob_reply(&lone.res, 200, "application/octet-stream", bytes, SIZE), 0);
    cr_expect(has_line(&lone, "Content-Length: 3145728"));
    const char *content = lone_content(&lone);
    size_t length = buffer_length(connection_out(&lone.connection));
    cr_expect_eq(length - (size_t)(content - lone_response(&lone)), SIZE);
    cr_expect_eq(memcmp(lone_content(&lone), bytes, SIZE), 0);
    free(bytes);
    lone_request_free(&lone);
}

/* RFC 9112 section 9.3, and what a server that stops has to say (section 9.6). */
CoroutineTest(response, says_whether_the_connection_stays)
{
    static const struct {
        const char *request;
        bool stopping;
        const char *connection; /* the field's value, or NULL if it says nothing */
    } cases[] = {
        {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", false, NULL},
        {"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", false, "close"},
        {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", true, "close"},
        {"GET / HTTP/1.0\r\n\r\n", false, "close"},
        {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", false, "keep-alive"},
        {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true, "close"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct lone_request lone;
        char line[64];
        lone_request_init(&lone, cases[i].request, NULL);
        lone.server.stopping = cases[i].stopping;
        cr_expect_eq(hob_reply_text(&lone.res, 200, ""), 0);
        snprintf(line, sizeof(line), "Connection: %s", cases[i].connection);
        cr_expect_eq(has_field(&lone, "Connection"), cases[i].connection != NULL, "case %zu", i);
        cr_expect(!cases[i].connection || has_line(&lone, line), "case %zu", i);
        lone_request_free(&lone);
    }
}

CoroutineTest(response, has_the_headers_that_were_added_in_their_order)
{
    struct lone_request lone;
    lone_request_init(&lone, GET, NULL);
    cr_expect_eq(hob_response_header(&lone.res, "X-Dish", "noodles"), 0);
    cr_expect_eq(hob_response_header(&lone.res, "X-Dish", "fries\tand more"), 0);
    cr_expect_eq(hob_response_header(&lone.res, "X-Empty", ""), 0);
    cr_expect_eq(hob_reply_text(&lone.res, 200, ""), 0);
    cr_expect_not_null(strstr(
        lone_response(&lone),
        "\r\nX-Dish: noodles\r\nX-Dish: fries\tand more\r\nX-Empty: \r\n\r\n"));
    lone_request_free(&lone);
}

/* RFC 9110 sections 5.1 and 5.5: a line break would begin a header that nobody meant to send. */
CoroutineTest(response, refuses_headers_that_would_break_its_framing)
{
    static const struct {
        const char *name, *value;
    } cases[] = {
        {"", "x"},          {"X Dish", "x"},       {"X:", "x"},
        {"X\r\n", "x"},     {"X\xc3\xa9", "x"},    {"X(", "x"},
        {"X", "a\r\nY: b"}, {"X", "a\nb"},         {"X", "a\rb"},
        {"X", "a\x01"},     {"X", "a\x7f"},        {"Content-Length", "3"},
        {"date", "today"},  {"CONNECTION", "x"},   {"Transfer-Encoding", "chunked"},
        {"Server", "x"},    {"content-type", "x"},
    };
    struct lone_request lone;
    lone_request_init(&lone, GET, NULL);
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect_eq(
            hob_response_header(&lone.res, cases[i].name, cases[i].value), -EINVAL, "'%s: %s'",
            cases[i].name, cases[i].value);
    cr_expect_eq(buffer_length(&lone.res.fields), 0);
    lone_request_free(&lone);
}

CoroutineTest(response, refuses_what_is_no_final_status)
{
    static const int statuses[] = {-1, 0, 100, 101, 199, 600, 1000};
    struct lone_request lone;
    lone_request_init(&lone, GET, NULL);
    for (size_t i = 0; i < COUNT(statuses); i++)
        cr_expect_eq(hob_reply_text(&lone.res, statuses[i], ""), -EINVAL, "%d", statuses[i]);
    cr_expect_str_eq(lone_response(&lone), "");
    lone_request_free(&lone);
}

CoroutineTest(response, refuses_a_content_type_with_a_line_break)
{
    struct lone_request lone;
    lone_request_init(&lone, GET, NULL);
    cr_expect_eq(hob_reply(&lone.res, 200, "text/html\r\nX: y", "", 0), -EINVAL);
    cr_expect_str_eq(lone_response(&lone), "");
    lone_request_free(&lone);
}

CoroutineTest(response, is_given_only_once)
{
    struct lone_request lone;
    lone_request_init(&lone, GET, NULL);
    cr_expect_eq(hob_reply_text(&lone.res, 200, "first"), 0);
    cr_expect_eq(hob_reply_text(&lone.res, 500, "second"), -EALREADY);
    cr_expect_eq(hob_response_header(&lone.res, "X", "late"), -EALREADY);
    cr_expect_str_eq(lone_content(&lone), "first");
    lone_request_free(&lone);
}

CoroutineTest(response, to_an_error_names_status_and_rule)
{
    struct lone_request lone;
    lone_request_init(&lone, GET, NULL);
    cr_expect_eq(response_reply_error(&lone.res, 414, "the target is too long"), 0);
    cr_expect_str_eq(lone_content(&lone), "414 URI Too Long: the target is too long\n");
    lone_request_free(&lone);

    lone_request_init(&lone, GET, NULL);
    cr_expect_eq(response_reply_error(&lone.res, 500, NULL), 0);
    cr_expect_str_eq(lone_content(&lone), "500 Internal Server Error\n");
    lone_request_free(&lone);
}

/* As include/hob/server.h promises for what a handler returns. */
Test(status, follows_from_an_error)
{
    static const struct {
        int err, status;
    } cases[] = {
        {-EINVAL, 400},     {-ENOENT, 404}, {-EMSGSIZE, 413}, {-ETIMEDOUT, 504},
        {-ECONNRESET, 500}, {-EIO, 500},    {-ENOMEM, 500},   {-12345, 500},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect_eq(status_of_error(cases[i].err), cases[i].status, "%d", cases[i].err);
}

Test(status, has_no_reason_outside_the_registry)
{
    static const int statuses[] = {-1, 0, 99, 299, 306, 418, 599, 600, 1 << 30};
    for (size_t i = 0; i < COUNT(statuses); i++)
        cr_expect_str_eq(status_reason(statuses[i]), "", "%d", statuses[i]);
}
