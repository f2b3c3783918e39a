/* hob_reply_printf() and hob_redirect(). */

#include "hob/hob.h"
#include "tests/support/test.h"
#include "tests/support/wire.h"

#define GET  "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
#define TEXT "Content-Type: text/plain; charset=utf-8\r\n"

static int reply_order(hob_request *req, hob_response *res)
{
    return hob_reply_printf(res, 201, "application/json", "{\"id\":%d,\"of\":\"%s\"}", 7, "tea");
}

Test(replies, are_formatted_as_by_printf)
{
    expect_exchange(
        &(hob_server_options){.handler = reply_order}, GET,
        "HTTP/1.1 201 Created\r\nServer: hob\r\nContent-Type: application/json\r\n"
        "Content-Length: 19\r\n\r\n{\"id\":7,\"of\":\"tea\"}");
}

/* The context is the length of the content. */
static int reply_spaces(hob_request *req, hob_response *res)
{
    const int *length = hob_request_context(req);
    cr_expect_eq(hob_reply_printf(res, 200, NULL, "%*s", *length, "x"), 0);
    cr_expect_eq(hob_reply_printf(res, 200, NULL, "%*s", *length, "x"), -EALREADY);
    return 0;
}

Test(replies, of_any_length_are_formatted_as_a_whole)
{
    static const int lengths[] = {1, 511, 512, 513, 60000};
    for (size_t i = 0; i < COUNT(lengths); i++) {
        int length = lengths[i];
        const hob_server_options server = {.handler = reply_spaces, .context = &length};
        struct wire_response response = wire_exchange(&server, GET);
        const char *content = strstr(response.bytes, "\r\n\r\n") + 4;
        cr_expect_eq(strlen(content), (size_t)length);
        cr_expect_eq(content[length - 1], 'x', "%d", length);
        wire_response_free(&response);
    }
}

static int redirect(hob_request *req, hob_response *res)
{
    static const int others[] = {200, 300, 304, 305, 306, 309, 404};
    for (size_t i = 0; i < COUNT(others); i++)
        cr_expect_eq(hob_redirect(res, others[i], "/new"), -EINVAL, "%d", others[i]);
    cr_expect_eq(hob_redirect(res, 303, "/a\r\nSet-Cookie: b"), -EINVAL);
    cr_expect_eq(hob_redirect(res, 303, "/orders/7"), 0);
    cr_expect_eq(hob_redirect(res, 303, "/orders/7"), -EALREADY);
    return 0;
}

Test(replies, redirect_to_a_location)
{
    expect_exchange(
        &(hob_server_options){.handler = redirect}, GET,
        "HTTP/1.1 303 See Other\r\nServer: hob\r\n" TEXT "Content-Length: 14\r\n"
        "Location: /orders/7\r\n\r\n303 See Other\n");
}
