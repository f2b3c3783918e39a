/*
 * Heads of requests of HTTP/2 (http2/head.h): what their fields become, and the rules they break.
 */
#include "http2/head.h"
#include "tests/support/test.h"

static const struct parser_limits limits = {.target = 100, .head = 400, .header_count = 4};

/* The head of fields, lines "name: value" ended by LF. */
static struct http2_head make(const char *text)
{
    struct http2_fields fields = {0};
    struct http2_head head;
    cr_assert_eq(http2_fields_begin(&fields, &limits), 0);
    while (*text) {
        const char *colon = strstr(text + 1, ": ");
        const char *end = strchr(text, '\n');
        http2_fields_add(
            &fields, &limits, text, (size_t)(colon - text), colon + 2, (size_t)(end - colon - 2));
        text = end + 1;
    }
    http2_head_make(&head, &fields, &limits);
    http2_fields_free(&fields);
    return head;
}

#define START ":authority: a\n:method: GET\n:scheme: http\n"

Test(http2_head, has_the_strings_of_a_head)
{
    struct http2_head self =
        make(":method: POST\n:authority: a:1\n:scheme: http\n:path: /a/../b?c=d\nx: y\n"
             "content-length: 12\nexpect: 100-continue\n");
    cr_expect_eq(self.refusal.status, 0);
    cr_expect_str_eq(self.method, "POST");
    cr_expect_str_eq(self.head.data + self.head.path, "/b");
    cr_expect_str_eq(self.head.data + self.head.query, "c=d");
    cr_expect_str_eq(head_find(&self.head, "Host"), "a:1");
    cr_expect_str_eq(head_find(&self.head, "X"), "y");
    cr_expect_eq(self.head.header_count, 4);
    cr_expect_eq(self.body_length, 12);
    cr_expect(self.expects_continue);
    free(self.head.data);
}

Test(http2_head, joins_cookies)
{
    struct http2_head self = make(START ":path: /\ncookie: a=1\nx: y\ncookie: b=2\ncookie: c\n");
    cr_expect_str_eq(head_find(&self.head, "cookie"), "a=1; b=2; c");
    cr_expect_eq(self.head.header_count, 3);
    free(self.head.data);
}

Test(http2_head, notes_the_request_id)
{
    struct http2_head self = make(START ":path: /\nx-request-id: abc\n");
    cr_expect_str_eq(self.head.data + self.head.request_id, "abc");
    free(self.head.data);
}

static const struct {
    const char *fields;
    int status;
    hob_reject reason;
} broken[] = {
    {START ":path: /x y\n", 400, HOB_REJECT_MALFORMED},
    {START ":path: *\n", 400, HOB_REJECT_MALFORMED},
    {START ":path: http://a/\n", 400, HOB_REJECT_MALFORMED},
    {START ":path: /%00\n", 400, HOB_REJECT_MALFORMED},
    {START ":path: /\nhost: b\n", 400, HOB_REJECT_MALFORMED},
    {":method: GET\n:path: /\n", 400, HOB_REJECT_MALFORMED},
    {":method: GET\n:path: /\nhost: a/b\n", 400, HOB_REJECT_MALFORMED},
    {":method: GET\n:path: /\nhost: a\nhost: a\n", 400, HOB_REJECT_MALFORMED},
    {":method: get\n:authority: a\n:path: /\n", 501, HOB_REJECT_UNSUPPORTED},
    {":method: A-METHOD-THAT-IS-LONGER-THAN-ALL-KNOWN-ONES\n:authority: a\n:path: /\n", 501,
     HOB_REJECT_UNSUPPORTED},
    {":method: CONNECT\n:authority: a:1\n", 501, HOB_REJECT_UNSUPPORTED},
    {START ":path: /\nexpect: tea\n", 417, HOB_REJECT_UNSUPPORTED},
    {START ":path: /\na: b\na: b\na: b\na: b\n", 431, HOB_REJECT_HEADER_LIMIT},
};

Test(http2_head, refuses_what_breaks_a_rule)
{
    for (size_t i = 0; i < COUNT(broken); i++) {
        struct http2_head self = make(broken[i].fields);
        cr_expect_eq(
            self.refusal.status, broken[i].status, "%s: %d", broken[i].fields, self.refusal.status);
        cr_expect_eq(self.refusal.reason, broken[i].reason, "%s", broken[i].fields);
        cr_expect_not_null(self.refusal.detail);
        free(self.head.data);
    }
}

/* A long target is kept as far as its limit, for the log. */
Test(http2_head, has_limits)
{
    char text[600];
    snprintf(text, sizeof(text), START ":path: /%0100d\n", 0);
    struct http2_head self = make(text);
    cr_expect_eq(self.refusal.status, 414);
    cr_expect_eq(strlen(self.head.data), limits.target);
    free(self.head.data);
    snprintf(text, sizeof(text), START ":path: /\nx: %0400d\n", 0);
    self = make(text);
    cr_expect_eq(self.refusal.status, 431);
    cr_expect_eq(self.refusal.reason, HOB_REJECT_HEAD_LIMIT);
    cr_expect_str_eq(self.head.data + self.head.path, "/");
    free(self.head.data);
}
