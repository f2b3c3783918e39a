#include "base/random_id.h"
#include "http/syntax.h"

#include "hob/server.h"
#include "tests/support/or_none.h"
#include "tests/support/sanitizers.h"
#include "tests/support/test.h"
#include "tests/support/wire.h"

TestSuite(request_id, .fini = expect_no_leaks, .timeout = 20);

#define GET "GET / HTTP/1.1\r\nHost: h\r\n"

#define SIXTEEN "0123456789abcdef"
#define HUNDRED SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN "0123"

static const char *const sane[] = {
    "a",
    "0",
    "-",
    "azAZ09-_.~+/=:",
    "7b2f4c9e-1d3a-4e5f-8a6b-0c1d2e3f4a5b",                    /* RFC 9562 */
    "Root=1-67891233-abcdef012345678912345678",                /* a load balancer's */
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", /* W3C Trace Context */
    "aGVsbG8gd29ybGQ/IT0+PA==",                                /* base64 */
    HUNDRED "0123456789012345678901234567",                    /* 128 of them */
};

static const char *const insane[] = {
    "",         HUNDRED "01234567890123456789012345678",
    "a b",      "a\tb",
    "a,b",      "a;b",
    "\"a\"",    "a\\b",
    "a'b",      "a%20b",
    "<script>", "{a}",
    "a\x7f",    "\xc3\xbc",
    "a\xff",
};

Test(request_id, of_a_client_is_sane_if_it_can_break_no_log)
{
    for (size_t i = 0; i < COUNT(sane); i++)
        cr_expect(is_request_id(sane[i]), "%s", sane[i]);
    for (size_t i = 0; i < COUNT(insane); i++)
        cr_expect_not(is_request_id(insane[i]), "%s", insane[i]);
}

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, RANDOM_ID_SIZE);
}

Test(request_id, that_is_made_is_like_no_other)
{
    enum { COUNT_MADE = 10000 };
    struct random_ids ids = {.left = 0};
    char(*made)[RANDOM_ID_SIZE] = calloc(COUNT_MADE, sizeof(made[0]));
    cr_assert_not_null(made);
    for (size_t i = 0; i < COUNT_MADE; i++) {
        cr_assert_eq(random_id_make(&ids, made[i]), 0);
        cr_assert_eq(strspn(made[i], "0123456789abcdef"), 32, "%s", made[i]);
        cr_assert_eq(made[i][32], '\0');
    }
    qsort(made, COUNT_MADE, sizeof(made[0]), compare);
    for (size_t i = 1; i < COUNT_MADE; i++)
        cr_assert_str_neq(made[i - 1], made[i]);
    free(made);
}

/* Each of its bits is set in about half of them: this fails once in 10^19 times. */
Test(request_id, that_is_made_is_random_in_each_bit)
{
    enum { COUNT_MADE = 10000, LEAST = 4500 };
    struct random_ids ids = {.left = 0};
    size_t set[32][4] = {0};
    char id[RANDOM_ID_SIZE];
    for (size_t i = 0; i < COUNT_MADE; i++) {
        cr_assert_eq(random_id_make(&ids, id), 0);
        for (size_t digit = 0; digit < 32; digit++) {
            const char text[] = {id[digit], '\0'};
            unsigned long value = strtoul(text, NULL, 16);
            for (size_t bit = 0; bit < 4; bit++)
                set[digit][bit] += value >> bit & 1;
        }
    }
    for (size_t digit = 0; digit < 32; digit++) {
        for (size_t bit = 0; bit < 4; bit++)
            cr_expect(set[digit][bit] > LEAST && set[digit][bit] < COUNT_MADE - LEAST);
    }
}

static int reply_nothing(hob_request *req, hob_response *res)
{
    return hob_reply(res, 200, NULL, "", 0);
}

/* Replies the id as content, and asks for it twice. */
static int reply_id(hob_request *req, hob_response *res)
{
    char first[200];
    snprintf(first, sizeof(first), "%s", hob_request_id(req));
    cr_expect_str_eq(hob_request_id(req), first);
    int err = hob_reply(res, 200, NULL, first, strlen(first));
    cr_expect_str_eq(hob_request_id(req), first);
    return err;
}

static int reply_and_ask(hob_request *req, hob_response *res)
{
    int err = hob_reply(res, 200, NULL, "", 0);
    cr_expect_eq(strlen(hob_request_id(req)), 32);
    return err;
}

/* The X-Request-Id of the response, and what its content is. NULL if it has none. */
struct told {
    char *id;
    char *content;
};

static struct told told_by(const hob_server_options *server, const char *request)
{
    static const char field[] = "\r\nX-Request-Id: ";
    struct wire_response response = wire_exchange(server, request);
    const char *id = strstr(response.bytes, field);
    struct told told = {.content = strdup(strstr(response.bytes, "\r\n\r\n") + 4)};
    if (id) {
        id += strlen(field);
        told.id = strndup(id, strcspn(id, "\r"));
        cr_expect_null(strstr(id, field), "twice: %s", response.bytes);
    }
    wire_response_free(&response);
    return told;
}

static void told_free(struct told *told)
{
    free(told->id);
    free(told->content);
}

static void expect_told(
    const hob_server_options *server, const char *request, const char *id, const char *content)
{
    struct told told = told_by(server, request);
    cr_expect_str_eq(or_none(told.id), or_none(id), "%s: %s", request, or_none(told.id));
    cr_expect_str_eq(told.content, content, "%s: %s", request, told.content);
    told_free(&told);
}

Test(request_id, of_a_client_is_in_the_response_if_it_is_sane)
{
    char request[400];
    const hob_server_options server = {.handler = reply_nothing};
    for (size_t i = 0; i < COUNT(sane); i++) {
        snprintf(request, sizeof(request), GET "x-request-ID: %s \r\n\r\n", sane[i]);
        expect_told(&server, request, sane[i], "");
    }
    for (size_t i = 0; i < COUNT(insane); i++) {
        snprintf(request, sizeof(request), GET "X-Request-Id: %s\r\n\r\n", insane[i]);
        if (!strpbrk(insane[i], "\x7f")) /* such a request is refused as a whole */
            expect_told(&server, request, NULL, "");
    }
}

static void expect_made(const hob_server_options *server, const char *request)
{
    struct told told = told_by(server, request);
    cr_expect_eq(strlen(or_none(told.id)), 32, "%s: %s", request, or_none(told.id));
    if (*told.content)
        cr_expect_str_eq(told.content, or_none(told.id));
    told_free(&told);
}

Test(request_id, is_made_if_the_handler_asks_for_it)
{
    const hob_server_options server = {.handler = reply_id};
    expect_made(&server, GET "\r\n");
    expect_made(&server, GET "X-Request-Id: a b\r\n\r\n");
}

Test(request_id, is_made_if_the_server_has_them)
{
    const hob_server_options server = {.handler = reply_nothing, .request_ids = true};
    expect_made(&server, GET "\r\n");
    expect_made(&server, GET "X-Request-Id: a b\r\n\r\n");
    const hob_server_options asking = {.handler = reply_id, .request_ids = true};
    expect_made(&asking, GET "\r\n");
}

Test(request_id, of_a_client_is_what_the_handler_gets)
{
    const hob_server_options server = {.handler = reply_id};
    const hob_server_options with_ids = {.handler = reply_id, .request_ids = true};
    expect_told(&server, GET "X-Request-Id: 42\r\n\r\n", "42", "42");
    expect_told(&with_ids, GET "X-Request-Id: 42\r\n\r\n", "42", "42");
}

Test(request_id, is_the_first_one_that_can_be_used)
{
    const hob_server_options server = {.handler = reply_id};
    expect_told(
        &server, GET "X-Request-Id: first\r\nX-Request-Id: second\r\n\r\n", "first", "first");
    expect_told(&server, GET "X-Request-Id: a b\r\nX-Request-Id: first\r\n\r\n", "first", "first");
}

Test(request_id, that_is_asked_for_too_late_is_not_sent)
{
    const hob_server_options server = {.handler = reply_and_ask};
    expect_told(&server, GET "\r\n", NULL, "");
}
