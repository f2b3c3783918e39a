/* Conditions and ranges of requests, and validators: hob/request.h and hob/response.h. */
#include <time.h>

#include "hob/hob.h"
#include "tests/support/test.h"
#include "tests/support/wire.h"

#define DATE "Sun, 06 Nov 1994 08:49:37 GMT"

static const hob_validators current = {.etag = "\"v7\"", .modified = 784111777};

/* Replies with what the conditions and the ranges of 100 bytes lead to. */
static int report(hob_request *req, hob_response *res)
{
    char text[100];
    hob_ranges ranges;
    int condition = hob_request_check_conditions(req, &current);
    int status = hob_request_ranges(req, &current, 100, &ranges);
    snprintf(
        text, sizeof(text), "%d %d %zu %d", condition, status, ranges.count,
        ranges.count ? (int)ranges.list[0].length : 0);
    return hob_reply_text(res, 200, text);
}

Test(conditional, requests_are_compared_with_the_current_version)
{
    static const struct {
        const char *method, *fields, *expected;
    } cases[] = {
        {"GET", "", "200 200 0 0"},
        {"GET", "If-None-Match: \"v6\"\r\nIf-None-Match: \"v7\"\r\n", "304 200 0 0"},
        {"GET", "If-None-Match: \"v6\"\r\n", "200 200 0 0"},
        {"GET", "If-Modified-Since: " DATE "\r\n", "304 200 0 0"},
        {"GET", "If-Match: \"v6\"\r\n", "412 200 0 0"},
        {"PUT", "If-None-Match: \"v7\"\r\n", "412 200 0 0"},
        {"PUT", "If-Unmodified-Since: " DATE "\r\n", "200 200 0 0"},
        {"GET", "Range: bytes=0-9\r\n", "200 206 1 10"},
        {"GET", "Range: bytes=0-9,20-\r\n", "200 206 2 10"},
        {"GET", "Range: bytes=100-\r\n", "200 416 0 0"},
        {"GET", "Range: bytes=0-9\r\nIf-Range: \"v7\"\r\n", "200 206 1 10"},
        {"GET", "Range: bytes=0-9\r\nIf-Range: \"v6\"\r\n", "200 200 0 0"},
        {"PUT", "Range: bytes=0-9\r\n", "200 200 0 0"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const hob_server_options server = {.handler = report};
        char request[200];
        snprintf(
            request, sizeof(request), "%s / HTTP/1.1\r\nHost: h\r\n%s\r\n", cases[i].method,
            cases[i].fields);
        struct wire_response response = wire_exchange(&server, request);
        const char *content = strstr(response.bytes, "\r\n\r\n") + 4;
        cr_expect_str_eq(content, cases[i].expected, "%s %s", cases[i].method, cases[i].fields);
        wire_response_free(&response);
    }
}

static int set_validators(hob_request *req, hob_response *res)
{
    const hob_validators future = {.etag = "W/\"v8\"", .modified = time(NULL) + 100};
    cr_expect_eq(hob_response_set_validators(res, &current), 0);
    cr_expect_str_eq(hob_response_header(res, "Last-Modified"), DATE);
    cr_expect_eq(hob_response_set_validators(res, &future), 0);
    cr_expect_null(hob_response_header(res, "Last-Modified"));
    cr_expect_eq(hob_response_set_validators(res, &(hob_validators){.etag = "a\nb"}), -EINVAL);
    return hob_reply(res, 304, NULL, NULL, 0);
}

Test(conditional, responses_have_the_validators_that_were_set_last)
{
    const hob_server_options server = {.handler = set_validators};
    expect_exchange(
        &server, "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
        "HTTP/1.1 304 Not Modified\r\nServer: hob\r\nETag: W/\"v8\"\r\n\r\n");
}
