/* Header fields of responses: replaced, read, and added when the reply is known. */

#include "hob/runtime.h"
#include "hob/server.h"
#include "tests/support/or_none.h"
#include "tests/support/sanitizers.h"
#include "tests/support/test.h"
#include "tests/support/wire.h"

TestSuite(fields, .fini = expect_no_leaks, .timeout = 20);

static void expect_response(hob_handler *handler, const char *expected)
{
    const hob_server_options server = {.handler = handler};
    expect_exchange(&server, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", expected);
}

#define OK "HTTP/1.1 200 OK\r\nServer: hob\r\n"

static int replace(hob_request *req, hob_response *res)
{
    cr_expect_eq(hob_response_set_header(res, "A", "first"), 0);
    hob_response_add_header(res, "B", "1");
    hob_response_add_header(res, "a", "second");
    hob_response_add_header(res, "BB", "2");
    cr_expect_eq(hob_response_set_header(res, "A", "third"), 0);
    cr_expect_eq(hob_response_set_header(res, "C", NULL), 0);
    cr_expect_eq(hob_response_set_header(res, "b", NULL), 0);
    return hob_reply(res, 200, NULL, "", 0);
}

Test(fields, are_replaced_and_removed_by_name)
{
    expect_response(replace, OK "Content-Length: 0\r\nBB: 2\r\nA: third\r\n\r\n");
}

static int read_back(hob_request *req, hob_response *res)
{
    cr_expect_null(hob_response_header(res, "A"));
    hob_response_add_header(res, "AA", "other");
    hob_response_add_header(res, "A", "");
    hob_response_add_header(res, "B", "a: b");
    const char *other = hob_response_header(res, "aa");
    const char *last = hob_response_header(res, "b");
    cr_expect_str_empty(or_none(hob_response_header(res, "a")));
    cr_expect_str_eq(or_none(last), "a: b");
    cr_expect_str_eq(or_none(other), "other", "it stays when others are asked for");
    cr_expect_null(hob_response_header(res, "C"));
    return hob_reply(res, 204, NULL, NULL, 0);
}

Test(fields, can_be_read)
{
    expect_response(
        read_back, "HTTP/1.1 204 No Content\r\nServer: hob\r\nAA: other\r\nA: \r\nB: a: b\r\n\r\n");
}

static int set_what_may_not_be(hob_request *req, hob_response *res)
{
    cr_expect_eq(hob_response_set_header(res, "Content-Length", "1"), -EINVAL);
    cr_expect_eq(hob_response_set_header(res, "A\r\nB", NULL), -EINVAL);
    cr_expect_eq(hob_response_set_header(res, "A", "b\r\nC: d"), -EINVAL);
    cr_expect_eq(hob_response_status(res), 0);
    int err = hob_reply_text(res, 404, "no");
    cr_expect_eq(hob_response_set_header(res, "A", "late"), -EALREADY);
    cr_expect_eq(hob_response_status(res), 404);
    cr_expect_eq(hob_response_sent(res), 2);
    return err;
}

Test(fields, of_the_server_or_after_the_reply_cannot_be_set)
{
    expect_response(
        set_what_may_not_be,
        "HTTP/1.1 404 Not Found\r\nServer: hob\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 2\r\n\r\nno");
}

static char outer[] = "Outer", inner[] = "Inner", late[] = "Late", seen[] = "Seen";

static void describe(void *name, hob_response *res, const hob_head *head)
{
    char text[64];
    snprintf(
        text, sizeof(text), "%d %s %lld", head->status, or_none(head->content_type),
        (long long)head->length);
    cr_expect_eq(hob_response_add_header(res, name, text), 0);
}

static void replace_type(void *unused, hob_response *res, const hob_head *head)
{
    hob_response_set_header(res, "A", "replaced");
}

static int reply_with_hooks(hob_request *req, hob_response *res)
{
    hob_response_add_header(res, "A", "a");
    cr_expect_eq(hob_response_before_head(res, replace_type, NULL), 0);
    cr_expect_eq(hob_response_before_head(res, describe, outer), 0);
    cr_expect_eq(hob_response_before_head(res, describe, inner), 0);
    int err = hob_reply(res, 201, "a/b", "abc", 3);
    cr_expect_eq(hob_response_before_head(res, describe, late), -EALREADY);
    return err;
}

Test(fields, are_added_by_hooks_when_the_reply_is_known)
{
    expect_response(
        reply_with_hooks,
        "HTTP/1.1 201 Created\r\nServer: hob\r\nContent-Type: a/b\r\n"
        "Content-Length: 3\r\nInner: 201 a/b 3\r\nOuter: 201 a/b 3\r\nA: replaced\r\n\r\nabc");
}

static int stream_with_hooks(hob_request *req, hob_response *res)
{
    hob_response_before_head(res, describe, seen);
    int err = hob_stream(res, 200, "a/b");
    return err < 0 ? err : hob_send(res, "abc", 3);
}

Test(fields, are_added_to_streams_too)
{
    expect_response(
        stream_with_hooks, OK "Content-Type: a/b\r\nTransfer-Encoding: chunked\r\n"
                              "Seen: 200 a/b -1\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
}
