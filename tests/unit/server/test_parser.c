#include "server/parser.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/request_limits.h"
#include "tests/support/or_none.h"
#include "tests/support/parse_every_way.h"

static struct parser_limits limits;

enum { HEAD_LIMIT = 16 * 1024 }; /* its default */

static void set_default_limits(void)
{
    hob_server_options options = {0};
    limits_complete(&options);
    limits = limits_for_parser(&options);
}

/* Every request below is parsed whole, cut in two at each place, and byte by byte. */
TestSuite(parser, .timeout = 120, .init = set_default_limits);

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The strings are joined by the compiler, so that a case shows the bytes as they are sent. */
#define GET       "GET / HTTP/1.1\r\n"
#define POST      "POST / HTTP/1.1\r\n"
#define HOST      "Host: h\r\n"
#define CHUNKED   "Transfer-Encoding: chunked\r\n"
#define PIPELINED "GET /next HTTP/1.1\r\nHost: h\r\n\r\n"

/* Parses what must be a good request. The one that follows it must be left alone. */
static struct parsed accept_bytes(const char *request, size_t length)
{
    char *input = malloc(length + sizeof(PIPELINED));
    cr_assert_not_null(input);
    memcpy(input, request, length);
    memcpy(input + length, PIPELINED, sizeof(PIPELINED));
    struct parsed parsed = parse_every_way(input, length + sizeof(PIPELINED) - 1, &limits);
    const struct parser *parser = &parsed.parser;
    cr_assert_neq(
        parser->state, PARSER_FAILED, "%d %s: %s", parser->status, parser->reason,
        printable(request, length));
    cr_assert_eq(parser->state, PARSER_DONE, "incomplete: %s", printable(request, length));
    cr_assert_eq(parsed.taken, length, "took %zu: %s", parsed.taken, printable(request, length));
    cr_assert_leq(parser->head.length, parser->head_bytes, "the head has grown");
    free(input);
    return parsed;
}

static struct parsed accept_request(const char *request)
{
    return accept_bytes(request, strlen(request));
}

/* Parses what must be refused with this status, for a reason that contains these words. */
static void refuse_bytes(const char *request, size_t length, int status, const char *words)
{
    struct parsed parsed = parse_every_way(request, length, &limits);
    const struct parser *parser = &parsed.parser;
    cr_expect_eq(parser->state, PARSER_FAILED, "not refused: %s", printable(request, length));
    if (parser->state == PARSER_FAILED) {
        cr_expect_eq(
            parser->status, status, "%d instead of %d: %s", parser->status, status,
            printable(request, length));
        cr_expect(
            strstr(parser->reason, words), "'%s' instead of '%s': %s", parser->reason, words,
            printable(request, length));
    }
    parsed_free(&parsed);
}

struct bad_request {
    const char *request;
    int status;
    const char *words;
};

static void refuse_all(const struct bad_request *cases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        refuse_bytes(cases[i].request, strlen(cases[i].request), cases[i].status, cases[i].words);
}

/*
 * The request line.
 */

Test(parser, keeps_the_method)
{
    static const char *const methods[] = {"GET",    "HEAD",    "POST",  "PUT",      "PATCH",
                                          "DELETE", "OPTIONS", "TRACE", "PROPFIND", "M-SEARCH"};
    for (size_t i = 0; i < COUNT(methods); i++) {
        char request[64];
        snprintf(request, sizeof(request), "%s / HTTP/1.1\r\n" HOST "\r\n", methods[i]);
        struct parsed parsed = accept_request(request);
        llhttp_method_t method = (llhttp_method_t)parsed.parser.http.method;
        cr_expect_str_eq(llhttp_method_name(method), methods[i]);
        parsed_free(&parsed);
    }
}

/* RFC 9112 section 3.2. The path is normalised, which test_target.c looks at more closely. */
Test(parser, splits_the_target_into_path_and_query)
{
    static const struct {
        const char *line, *path, *query;
    } cases[] = {
        {"GET / ", "/", NULL},
        {"GET /a/b ", "/a/b", NULL},
        {"GET /a? ", "/a", ""},
        {"GET /a?b ", "/a", "b"},
        {"GET /a?b=c&d=%20+e ", "/a", "b=c&d=%20+e"},
        {"GET /a?b?c ", "/a", "b?c"},
        {"GET /a??b ", "/a", "?b"},
        {"GET /?/b ", "/", "/b"},
        {"GET /%61/%2e%2E/b%2fc?%61/../d ", "/b%2Fc", "%61/../d"},
        {"GET /.?/.. ", "/", "/.."},
        {"GET //a//b// ", "//a//b//", NULL},
        {"GET /a:b@c;d=e,f!$&'()*+~-_. ", "/a:b@c;d=e,f!$&'()*+~-_.", NULL},
        {"GET /http://h/ ", "/http://h/", NULL},
        /* The absolute form, section 3.2.2. */
        {"GET http://h/ ", "/", NULL},
        {"GET http://h/a?b ", "/a", "b"},
        {"GET HTTP://h/a ", "/a", NULL},
        {"GET https://h:8080/a ", "/a", NULL},
        {"GET http://[::1]:8080/a ", "/a", NULL},
        {"GET http://h//a ", "//a", NULL},
        {"GET http://h/a/../%62?c ", "/b", "c"},
        {"GET http://h/http://i/ ", "/http://i/", NULL},
        {"GET http://h ", "", NULL},
        {"GET http://h?b ", "", "b"},
        {"OPTIONS http://h ", "", NULL},
        /* The asterisk form, section 3.2.4. */
        {"OPTIONS * ", "*", NULL},
        {"OPTIONS / ", "/", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char request[128];
        snprintf(request, sizeof(request), "%sHTTP/1.1\r\n" HOST "\r\n", cases[i].line);
        struct parsed parsed = accept_request(request);
        const struct head *head = &parsed.parser.head;
        const char *query = head->query ? head->data + head->query : NULL;
        cr_expect_str_eq(head->data + head->path, cases[i].path, "%s", cases[i].line);
        cr_expect_str_eq(or_none(query), or_none(cases[i].query), "%s", cases[i].line);
        parsed_free(&parsed);
    }
}

/* RFC 9112 section 2.2: some clients send one too many after a body. */
Test(parser, ignores_empty_lines_before_the_request_line)
{
    static const char *const cases[] = {
        "\r\n" GET HOST "\r\n",
        "\r\n\r\n\r\n" GET HOST "\r\n",
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct parsed parsed = accept_request(cases[i]);
        cr_expect_str_eq(parsed.parser.head.data, "/");
        parsed_free(&parsed);
    }
}

Test(parser, refuses_a_bad_request_line)
{
    static const struct bad_request cases[] = {
        /* RFC 9112 section 3: single spaces, though a server may be lenient. */
        {"GET  / HTTP/1.1\r\n" HOST "\r\n", 400, "more than one space"},
        {"GET /  HTTP/1.1\r\n" HOST "\r\n", 400, "more than one space"},
        {"GET / HTTP/1.1 \r\n" HOST "\r\n", 400, "not followed by CR LF"},
        {" GET / HTTP/1.1\r\n" HOST "\r\n", 400, "begins with a space"},
        {"\r\n GET / HTTP/1.1\r\n" HOST "\r\n", 400, "begins with a space"},
        {"GET\t/ HTTP/1.1\r\n" HOST "\r\n", 400, "method"},
        {"GET /\tHTTP/1.1\r\n" HOST "\r\n", 400, "no URI has"},
        {"GET\r\n\r\n", 400, "method"},
        /* RFC 9112 section 2.2: lines end with CR LF. */
        {"GET / HTTP/1.1\n" HOST "\r\n", 400, "not followed by CR LF"},
        {"GET / HTTP/1.1\r" HOST "\r\n", 400, "not followed by CR LF"},
        {"GET /\rHTTP/1.1\r\n" HOST "\r\n", 400, "CR without LF"},
        {"\n" GET HOST "\r\n", 400, "empty line"},
        {"\r" GET HOST "\r\n", 400, "empty line"},
    };
    refuse_all(cases, COUNT(cases));
}

/* RFC 9110 section 9.1. Methods are case-sensitive, and tokens. */
Test(parser, refuses_a_method_that_it_does_not_know)
{
    static const struct bad_request cases[] = {
        {"get / HTTP/1.1\r\n" HOST "\r\n", 501, "not known"},
        {"Get / HTTP/1.1\r\n" HOST "\r\n", 501, "not known"},
        {"GETS / HTTP/1.1\r\n" HOST "\r\n", 501, "not known"},
        {"GE / HTTP/1.1\r\n" HOST "\r\n", 501, "not known"},
        {"BREW / HTTP/1.1\r\n" HOST "\r\n", 501, "not known"},
        {"!#$%&'*+-.^_`|~09azAZ / HTTP/1.1\r\n" HOST "\r\n", 501, "not known"},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZ123456 / HTTP/1.1\r\n" HOST "\r\n", 501, "not known"},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZ1234567 / HTTP/1.1\r\n" HOST "\r\n", 501, "longer"},
        {"CONNECT h:80 HTTP/1.1\r\n" HOST "\r\n", 501, "proxies"},
        {"G(T / HTTP/1.1\r\n" HOST "\r\n", 400, "not a token"},
        {"G\x80T / HTTP/1.1\r\n" HOST "\r\n", 400, "not a token"},
    };
    refuse_all(cases, COUNT(cases));
}

/* RFC 9112 section 3.2. */
Test(parser, refuses_a_bad_target)
{
    static const struct bad_request cases[] = {
        {"GET a HTTP/1.1\r\n" HOST "\r\n", 400, "url"},
        {"GET a/b HTTP/1.1\r\n" HOST "\r\n", 400, "url"},
        {"GET ?a HTTP/1.1\r\n" HOST "\r\n", 400, "url"},
        {"GET http:/a HTTP/1.1\r\n" HOST "\r\n", 400, "url"},
        {"GET ftp://h/a HTTP/1.1\r\n" HOST "\r\n", 400, "not a path"},
        {"GET httpx://h/a HTTP/1.1\r\n" HOST "\r\n", 400, "not a path"},
        /* The asterisk is for OPTIONS, section 3.2.4. */
        {"GET * HTTP/1.1\r\n" HOST "\r\n", 400, "not a path"},
        {"OPTIONS ** HTTP/1.1\r\n" HOST "\r\n", 400, "not a path"},
        {"OPTIONS *a HTTP/1.1\r\n" HOST "\r\n", 400, "not a path"},
        /* The authority form is for CONNECT, section 3.2.3. */
        {"GET h:80 HTTP/1.1\r\n" HOST "\r\n", 400, "url"},
        {"GET /#a HTTP/1.1\r\n" HOST "\r\n", 400, "fragment"},
        {"GET /a?b#c HTTP/1.1\r\n" HOST "\r\n", 400, "fragment"},
        {"GET http://h/a#b HTTP/1.1\r\n" HOST "\r\n", 400, "fragment"},
        {"GET /a\x01 HTTP/1.1\r\n" HOST "\r\n", 400, "no URI has"},
        {"GET /a\x7f HTTP/1.1\r\n" HOST "\r\n", 400, "no URI has"},
        {"GET /a\x80 HTTP/1.1\r\n" HOST "\r\n", 400, "no URI has"},
        {"GET /a?\x01 HTTP/1.1\r\n" HOST "\r\n", 400, "no URI has"},
    };
    refuse_all(cases, COUNT(cases));
}

Test(parser, refuses_a_path_that_cannot_be_normalised)
{
    static const struct bad_request cases[] = {
        {"GET /a% HTTP/1.1\r\n" HOST "\r\n", 400, "two hex digits"},
        {"GET /%0g?b HTTP/1.1\r\n" HOST "\r\n", 400, "two hex digits"},
        {"GET http://h/%0 HTTP/1.1\r\n" HOST "\r\n", 400, "two hex digits"},
        {"GET /a%00 HTTP/1.1\r\n" HOST "\r\n", 400, "encoded NUL"},
        {"GET /.. HTTP/1.1\r\n" HOST "\r\n", 400, "above the root"},
        {"GET /a/%2e%2E/../b HTTP/1.1\r\n" HOST "\r\n", 400, "above the root"},
        {"GET http://h/../a HTTP/1.1\r\n" HOST "\r\n", 400, "above the root"},
        {"OPTIONS /.. HTTP/1.1\r\n" HOST "\r\n", 400, "above the root"},
    };
    refuse_all(cases, COUNT(cases));
}

/* RFC 9110 section 4.2.1. */
Test(parser, refuses_an_absolute_target_without_a_host)
{
    static const struct bad_request cases[] = {
        {"GET http:///a HTTP/1.1\r\n" HOST "\r\n", 400, ""},
        {"GET http:// HTTP/1.1\r\n" HOST "\r\n", 400, ""},
        {"GET http://?a HTTP/1.1\r\n" HOST "\r\n", 400, ""},
        {"GET https://:80/ HTTP/1.1\r\n" HOST "\r\n", 400, ""},
    };
    refuse_all(cases, COUNT(cases));
}

/* RFC 9112 section 3.2.4. */
Test(parser, refuses_an_asterisk_with_a_query)
{
    static const struct bad_request cases[] = {
        {"OPTIONS *? HTTP/1.1\r\n" HOST "\r\n", 400, "not a path"},
        {"OPTIONS *?a HTTP/1.1\r\n" HOST "\r\n", 400, "not a path"},
    };
    refuse_all(cases, COUNT(cases));
}

Test(parser, refuses_other_versions)
{
    static const struct bad_request cases[] = {
        {"GET /\r\n", 505, "HTTP/0.9"},
        {"GET /\n", 505, "HTTP/0.9"},
        {"GET /\r\n" HOST "\r\n", 505, "HTTP/0.9"},
        {"GET / \r\n" HOST "\r\n", 505, "not HTTP"},
        {"GET / HTTP/0.9\r\n" HOST "\r\n", 505, "HTTP/1.1 and HTTP/1.0"},
        {"GET / HTTP/1.2\r\n" HOST "\r\n", 505, "HTTP/1.1 and HTTP/1.0"},
        {"GET / HTTP/1.10\r\n" HOST "\r\n", 400, "CR LF"},
        {"GET / HTTP/2.0\r\n" HOST "\r\n", 505, "HTTP/1.1 and HTTP/1.0"},
        {"GET / HTTP/3.0\r\n" HOST "\r\n", 505, "HTTP/1.1 and HTTP/1.0"},
        {"GET / HTTP/1\r\n" HOST "\r\n", 400, "digit, dot, digit"},
        {"GET / HTTP/1.\r\n" HOST "\r\n", 400, "digit, dot, digit"},
        {"GET / HTTP/.1\r\n" HOST "\r\n", 400, "digit, dot, digit"},
        {"GET / HTTP/\r\n" HOST "\r\n", 400, "digit, dot, digit"},
        /* The preface of HTTP/2 with prior knowledge, RFC 9113 section 3.4. */
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "HTTP/2"},
        {"PRI * HTTP/1.1\r\n" HOST "\r\n", 505, "HTTP/2"},
    };
    refuse_all(cases, COUNT(cases));
}

Test(parser, refuses_other_protocols)
{
    static const struct bad_request cases[] = {
        {"GET / http/1.1\r\n" HOST "\r\n", 505, "not HTTP"},
        {"GET / HTTPS/1.1\r\n" HOST "\r\n", 505, "not HTTP"},
        {"GET / HTPP/1.1\r\n" HOST "\r\n", 505, "not HTTP"},
        /* llhttp speaks these two as well. */
        {"OPTIONS / RTSP/1.0\r\n" HOST "\r\n", 505, "not HTTP"},
        {"DESCRIBE / RTSP/1.0\r\n" HOST "\r\n", 501, "not known"},
        {"DESCRIBE / HTTP/1.1\r\n" HOST "\r\n", 501, "not known"},
        {"SOURCE / ICE/1.0\r\n" HOST "\r\n", 501, "not known"},
        {"HTTP/1.1 200 OK\r\n\r\n", 400, "method"},
        {"SSH-2.0-OpenSSH_9.2\r\n", 400, "method"},
        {"\x16\x03\x01\x02", 400, "method"}, /* TLS */
        {"\xff\xfe\xfd", 400, "method"},
        {"}", 400, "method"},
    };
    refuse_all(cases, COUNT(cases));
}

/*
 * Header fields.
 */

/* RFC 9110 section 5.1: in any case. */
Test(parser, finds_a_header_by_its_name)
{
    static const struct {
        const char *fields, *name, *value;
    } cases[] = {
        {"A: b\r\n", "A", "b"},
        {"A: b\r\n", "a", "b"},
        {"aBc: d\r\n", "AbC", "d"},
        {"A: b\r\nC: d\r\n", "C", "d"},
        {"A: b\r\n", "B", NULL},
        {"A: b\r\n", "", NULL},
        {"Abc: d\r\n", "Ab", NULL},
        {"Abc: d\r\n", "Abcd", NULL},
        {"A: Host\r\n", "Host", "h"},
        {"", "Host", "h"},
        {"!#$%&'*+-.^_`|~09azAZ: b\r\n", "!#$%&'*+-.^_`|~09azAZ", "b"},
        /* The first of several. */
        {"A: b\r\nA: c\r\n", "A", "b"},
        {"a: b\r\nX: y\r\nA: c\r\n", "A", "b"},
        {"A:\r\nA: c\r\n", "A", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char request[128];
        snprintf(request, sizeof(request), GET HOST "%s\r\n", cases[i].fields);
        struct parsed parsed = accept_request(request);
        const char *value = head_find(&parsed.parser.head, cases[i].name);
        cr_expect_str_eq(
            or_none(value), or_none(cases[i].value), "%s: '%s' instead of '%s'", cases[i].name,
            or_none(value), or_none(cases[i].value));
        parsed_free(&parsed);
    }
}

/* RFC 9110 section 5.5: spaces and tabs around it are no part of it. */
Test(parser, trims_the_value)
{
    static const struct {
        const char *field, *value;
    } cases[] = {
        {"A:b", "b"},
        {"A: b", "b"},
        {"A: b ", "b"},
        {"A: \t b \t ", "b"},
        {"A:\tb\t", "b"},
        {"A: b  c\td ", "b  c\td"},
        {"A:", ""},
        {"A: ", ""},
        {"A: \t \t", ""},
        {"A: : b:c", ": b:c"},
        {"A: \"b\" (c), d;e=f", "\"b\" (c), d;e=f"},
        {"A: \x80\xff", "\x80\xff"}, /* obs-text */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char request[128];
        snprintf(request, sizeof(request), GET "%s\r\n" HOST "\r\n", cases[i].field);
        struct parsed parsed = accept_request(request);
        const char *value = head_find(&parsed.parser.head, "A");
        cr_expect_str_eq(or_none(value), cases[i].value, "'%s'", cases[i].field);
        cr_expect_str_eq(or_none(head_find(&parsed.parser.head, "Host")), "h");
        parsed_free(&parsed);
    }
}

Test(parser, refuses_a_bad_header_field)
{
    static const struct bad_request cases[] = {
        /* RFC 9112 section 5.1: no space before the colon. */
        {GET HOST "A : b\r\n\r\n", 400, "header"},
        {GET HOST "A\t: b\r\n\r\n", 400, "header"},
        {GET HOST "A b: c\r\n\r\n", 400, "header"},
        {GET HOST "A\r\n\r\n", 400, "header"},
        {GET HOST ": b\r\n\r\n", 400, "header"},
        {GET HOST "A(: b\r\n\r\n", 400, "header"},
        {GET HOST "A\x80: b\r\n\r\n", 400, "header"},
        /* Section 2.2: no space before the first one. */
        {GET " A: b\r\n" HOST "\r\n", 400, "space"},
        /* Section 5.2: lines are not folded any more. */
        {GET HOST "A: b\r\n c\r\n\r\n", 400, "header"},
        {GET HOST "A: b\r\n\tc\r\n\r\n", 400, "header"},
        {GET HOST "A:\r\n b\r\n\r\n", 400, "header"},
        /* Section 2.2: lines end with CR LF. */
        {GET HOST "A: b\nB: c\r\n\r\n", 400, "header"},
        {GET HOST "A: b\n\r\n", 400, "header"},
        {GET HOST "A: b\r\n\n", 400, "header"},
        {GET HOST "\n", 400, "header"},
        {GET HOST "A: b\rc\r\n\r\n", 400, "LF"},
        {GET HOST "A: b\r\rc\r\n\r\n", 400, "LF"},
        {GET HOST "A:\rb\r\n\r\n", 400, "LF"},
        {GET HOST "\rA: b\r\n\r\n", 400, "LF"},
        /* RFC 9110 section 5.5: no control characters. */
        {GET HOST "A: b\x01\r\n\r\n", 400, "header"},
        {GET HOST "A: b\x1b[2J\r\n\r\n", 400, "header"},
        {GET HOST "A: b\x7f\r\n\r\n", 400, "header"},
    };
    refuse_all(cases, COUNT(cases));
}

Test(parser, refuses_nul_wherever_it_stands)
{
    static const struct {
        const char *request;
        size_t length;
        const char *words;
    } cases[] = {
#define CASE(request, words) {request, sizeof(request) - 1, words}
        CASE("\0", "method"),
        CASE("G\0ET / HTTP/1.1\r\n" HOST "\r\n", "method"),
        CASE("GET /\0 HTTP/1.1\r\n" HOST "\r\n", "no URI has"),
        CASE("GET /?\0 HTTP/1.1\r\n" HOST "\r\n", "no URI has"),
        CASE(GET HOST "A\0B: c\r\n\r\n", "header"),
        CASE(GET HOST "A: \0b\r\n\r\n", "header"),
        CASE(GET HOST "A: b\0c\r\n\r\n", "header"),
        CASE(GET HOST "A: b\0\r\n\r\n", "header"),
#undef CASE
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        refuse_bytes(cases[i].request, cases[i].length, 400, cases[i].words);
}

/* RFC 9112 section 3.2. */
Test(parser, takes_one_host_where_it_must_be_and_none_where_it_need_not)
{
    static const char *const cases[] = {
        GET "Host: h\r\n\r\n",
        GET "hOST:h:80\r\n\r\n",
        GET "Host: [::1]:80\r\n\r\n",
        GET "Host: h:\r\n\r\n",
        GET "Host: a-b.c_d.e.:8080\r\n\r\n",
        GET "Host: %41!$&'()*+;=\r\n\r\n",
        GET "X-Host: x\r\n" HOST "Host2: y\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.0\r\n" HOST "\r\n",
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct parsed parsed = accept_request(cases[i]);
        parsed_free(&parsed);
    }
}

Test(parser, refuses_no_host_and_several)
{
    static const struct bad_request cases[] = {
        {GET "\r\n", 400, "Host header is missing"},
        {GET "X-Host: h\r\n\r\n", 400, "Host header is missing"},
        {"GET http://h/ HTTP/1.1\r\n\r\n", 400, "Host header is missing"},
        {GET HOST HOST "\r\n", 400, "more than one Host"},
        {GET HOST "A: b\r\nhost: i\r\n\r\n", 400, "more than one Host"},
        {GET "Host: h\r\nHost:\r\n\r\n", 400, "more than one Host"},
        {"GET / HTTP/1.0\r\n" HOST HOST "\r\n", 400, "more than one Host"},
    };
    refuse_all(cases, COUNT(cases));
}

/* RFC 9110 section 7.2: "h, i" is none either. */
Test(parser, refuses_a_host_that_cannot_be_one)
{
    static const struct bad_request cases[] = {
        {GET "Host: \r\n\r\n", 400, "not a host"},
        {GET "Host: h, i\r\n\r\n", 400, "not a host"},
        {GET "Host: h i\r\n\r\n", 400, "not a host"},
        {GET "Host: h\ti\r\n\r\n", 400, "not a host"},
        {GET "Host: h/\r\n\r\n", 400, "not a host"},
        {GET "Host: h?\r\n\r\n", 400, "not a host"},
        {GET "Host: h#\r\n\r\n", 400, "not a host"},
        {GET "Host: u@h\r\n\r\n", 400, "not a host"},
        {GET "Host: h\\\r\n\r\n", 400, "not a host"},
        {GET "Host: \"h\"\r\n\r\n", 400, "not a host"},
        {GET "Host: h:x\r\n\r\n", 400, "not a host"},
        {GET "Host: h:1:2\r\n\r\n", 400, "not a host"},
        {GET "Host: .h\r\n\r\n", 400, "not a host"},
        {GET "Host: a..b\r\n\r\n", 400, "not a host"},
        {GET "Host: :80\r\n\r\n", 400, "not a host"},
        {GET "Host: %4\r\n\r\n", 400, "not a host"},
        {GET "Host: %zz\r\n\r\n", 400, "not a host"},
        {GET "Host: [::1\r\n\r\n", 400, "not a host"},
        {GET "Host: []\r\n\r\n", 400, "not a host"},
        {GET "Host: [::1]x\r\n\r\n", 400, "not a host"},
        {GET "Host: [g]\r\n\r\n", 400, "not a host"},
        {GET "Host: ::1\r\n\r\n", 400, "not a host"},
        {GET "Host: h\x80\r\n\r\n", 400, "not a host"},
    };
    refuse_all(cases, COUNT(cases));
}

/* RFC 9110 section 10.1.1. */
Test(parser, notes_who_waits_for_100_continue)
{
    static const struct {
        const char *fields;
        bool expects;
    } cases[] = {
        {"", false},
        {"Expect: 100-continue\r\n", true},
        {"expect:100-Continue \r\n", true},
        {"Expect: 100-continue\r\nExpect: 100-continue\r\n", true},
        {"X-Expect: 100-continue\r\n", false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char request[128];
        snprintf(
            request, sizeof(request), POST HOST "%sContent-Length: 1\r\n\r\n1", cases[i].fields);
        struct parsed parsed = accept_request(request);
        cr_expect_eq(parsed.parser.expect_continue, cases[i].expects, "'%s'", cases[i].fields);
        parsed_free(&parsed);
    }
}

Test(parser, refuses_other_expectations)
{
    static const struct bad_request cases[] = {
        {GET HOST "Expect: x\r\n\r\n", 417, "100-continue"},
        {GET HOST "Expect:\r\n\r\n", 417, "100-continue"},
        {GET HOST "Expect: 100\r\n\r\n", 417, "100-continue"},
        {GET HOST "Expect: 100-continued\r\n\r\n", 417, "100-continue"},
        {GET HOST "Expect: 100-continue, x\r\n\r\n", 417, "100-continue"},
        {GET HOST "Expect: 100-continue\r\nExpect: x\r\n\r\n", 417, "100-continue"},
    };
    refuse_all(cases, COUNT(cases));
}

/* RFC 9112 section 9.3. */
struct persistence {
    const char *line, *fields;
    bool keep_alive;
};

static void expect_persistence(const struct persistence *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char request[128];
        snprintf(request, sizeof(request), "%s" HOST "%s\r\n", cases[i].line, cases[i].fields);
        struct parsed parsed = accept_request(request);
        cr_expect_eq(
            parsed.parser.keep_alive, cases[i].keep_alive, "should %s: %s",
            cases[i].keep_alive ? "persist" : "close", printable(request, strlen(request)));
        parsed_free(&parsed);
    }
}

#define GET_1_0 "GET / HTTP/1.0\r\n"

Test(parser, knows_whether_the_connection_persists)
{
    static const struct persistence cases[] = {
        {GET, "", true},
        {GET, "Connection: keep-alive\r\n", true},
        {GET, "Connection: a, b\r\n", true},
        {GET, "Connection: closed\r\n", true},
        {GET, "Connection: xclose\r\n", true},
        {GET, "Connection: close\r\n", false},
        {GET, "Connection: close\t\r\n", false},
        {GET, "Connection:\tclose\t,\ta\r\n", false},
        {GET, "Connection: , ,close\r\n", false},
        {GET, "Connection: close\r\nConnection:\r\n", false},
        {GET, "Connection: close a\r\n", true},
        {GET, "Proxy-Connection: close\r\n", true},
        {GET, "connection:CLOSE \r\n", false},
        {GET, "Connection: close, a\r\n", false},
        {GET, "Connection: a,close,b\r\n", false},
        {GET, "Connection: a , close\r\n", false},
        {GET, "Connection: keep-alive, close\r\n", false},
        {GET, "Connection: close\r\nConnection: keep-alive\r\n", false},
        {GET, "Connection: a\r\nConnection: close\r\n", false},
        {GET_1_0, "", false},
        {GET_1_0, "Connection: close\r\n", false},
        {GET_1_0, "Connection: a\r\n", false},
        {GET_1_0, "Connection: keep-alives\r\n", false},
        {GET_1_0, "Connection: keep-alive\r\n", true},
        {GET_1_0, "Connection: Keep-Alive, a\r\n", true},
        {GET_1_0, "Connection: keep-alive\t\r\n", true},
        {GET_1_0, "Connection: a\r\nConnection: keep-alive\r\n", true},
    };
    expect_persistence(cases, COUNT(cases));
}

Test(parser, lets_close_win_over_keep_alive_in_http_1_0_too)
{
    static const struct persistence cases[] = {
        {GET_1_0, "Connection: keep-alive, close\r\n", false},
        {GET_1_0, "Connection: close, keep-alive\r\n", false},
    };
    expect_persistence(cases, COUNT(cases));
}

/*
 * The body.
 */

static void expect_body(const char *request, const char *body)
{
    struct parsed parsed = accept_request(request);
    cr_expect_str_eq(parsed.body, body, "%s", printable(request, strlen(request)));
    parsed_free(&parsed);
}

/* RFC 9112 sections 6 and 7.1. */
Test(parser, gives_the_body_without_its_framing)
{
    static const struct {
        const char *request, *body;
    } cases[] = {
        {GET HOST "\r\n", ""},
        {POST HOST "\r\n", ""},
        {POST HOST "Content-Length: 0\r\n\r\n", ""},
        {POST HOST "Content-Length: 5\r\n\r\nhello", "hello"},
        {POST HOST "Content-Length:005 \r\n\r\nhello", "hello"},
        {GET HOST "Content-Length: 5\r\n\r\nhello", "hello"},
        {"HEAD / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello", "hello"},
        {"POST / HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello", "hello"},
        {POST HOST "Content-Length: 31\r\n\r\n" PIPELINED, PIPELINED},
        {POST HOST CHUNKED "\r\n0\r\n\r\n", ""},
        {POST HOST CHUNKED "\r\n5\r\nhello\r\n0\r\n\r\n", "hello"},
        {POST HOST CHUNKED "\r\n2\r\nhe\r\n1\r\nl\r\n2\r\nlo\r\n0\r\n\r\n", "hello"},
        {POST HOST CHUNKED "\r\na\r\nhellohello\r\n0A\r\nhellohello\r\n000\r\n\r\n",
         "hellohellohellohello"},
        {POST HOST CHUNKED "\r\n7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n", "\r\n0\r\n\r\n"},
        {POST HOST "transfer-encoding:CHUNKED \r\n\r\n5\r\nhello\r\n0\r\n\r\n", "hello"},
        /* Chunk extensions are ignored, section 7.1.1. */
        {POST HOST CHUNKED "\r\n5;a\r\nhello\r\n0;b;c=d\r\n\r\n", "hello"},
        {POST HOST CHUNKED "\r\n5;a=\"b;c\\\"\"\r\nhello\r\n0\r\n\r\n", "hello"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        expect_body(cases[i].request, cases[i].body);
}

Test(parser, gives_any_byte_of_a_body)
{
    char request[512];
    size_t head = (size_t)sprintf(request, POST HOST "Content-Length: 256\r\n\r\n");
    for (int i = 0; i < 256; i++)
        request[head + i] = (char)i;
    struct parsed parsed = accept_bytes(request, head + 256);
    cr_assert_eq(parsed.body_length, 256);
    cr_expect_arr_eq(parsed.body, request + head, 256);
    parsed_free(&parsed);
}

Test(parser, drops_a_body_that_nobody_wants)
{
    static const char request[] = POST HOST "Content-Length: 5\r\n\r\nhello";
    static char room[HEAD_LIMIT];
    struct parser parser;
    size_t length = sizeof(request) - 1;
    parser_init(&parser, room, &limits);
    size_t taken = parser_feed(&parser, request, length);
    cr_expect_eq(parser.state, PARSER_BODY);
    taken += parser_feed(&parser, request + taken, length - taken);
    cr_expect_eq(taken, length);
    cr_expect_eq(parser.state, PARSER_DONE);
    cr_expect_eq(parser.body_length, 5, "what was dropped is counted");
}

/* RFC 9110 section 6.5.1: they must not be taken for header fields. */
Test(parser, drops_trailers)
{
    static const char *const trailers[] = {
        "A: b\r\n", "A: b\r\nC:\r\n", "Host: i\r\n", "Expect: x\r\n", "Connection: close\r\n",
    };
    for (size_t i = 0; i < COUNT(trailers); i++) {
        char request[128];
        snprintf(
            request, sizeof(request), POST HOST CHUNKED "\r\n5\r\nhello\r\n0\r\n%s\r\n",
            trailers[i]);
        struct parsed parsed = accept_request(request);
        const struct parser *parser = &parsed.parser;
        cr_expect_str_eq(parsed.body, "hello");
        cr_expect_eq(parser->head.header_count, 2, "%s", trailers[i]);
        cr_expect_null(head_find(&parser->head, "A"), "%s", trailers[i]);
        cr_expect_str_eq(or_none(head_find(&parser->head, "Host")), "h", "%s", trailers[i]);
        cr_expect(parser->keep_alive, "%s", trailers[i]);
        parsed_free(&parsed);
    }
}

/* RFC 9110 section 7.8: a server that does not want to change protocols ignores the wish. */
Test(parser, ignores_the_wish_to_upgrade)
{
    expect_body(GET HOST "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n", "");
    expect_body(
        POST HOST "Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nhi", "hi");
}

/* What is smuggled past a proxy that counts the body's bytes in another way. */
Test(parser, refuses_ambiguous_framing)
{
    static const struct bad_request cases[] = {
        /* RFC 9112 section 6.3. */
        {POST HOST "Content-Length: 5\r\n" CHUNKED "\r\n0\r\n\r\n", 400, "Content-Length"},
        {POST HOST CHUNKED "Content-Length: 5\r\n\r\n0\r\n\r\n", 400, "Content-Length"},
        {POST HOST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400, "Content-Length"},
        {POST HOST "Content-Length: 5\r\ncontent-length: 6\r\n\r\nhello", 400, "Content-Length"},
        {POST HOST "Content-Length: 0\r\nContent-Length: 0\r\n\r\n", 400, "Content-Length"},
        {POST HOST "Content-Length: 5, 5\r\n\r\nhello", 400, "Content-Length"},
        /* RFC 9110 section 8.6: digits. */
        {POST HOST "Content-Length:\r\n\r\nhello", 400, "Content-Length"},
        {POST HOST "Content-Length: 5 5\r\n\r\nhello", 400, "Content-Length"},
        {POST HOST "Content-Length: +5\r\n\r\nhello", 400, "Content-Length"},
        {POST HOST "Content-Length: -5\r\n\r\nhello", 400, "Content-Length"},
        {POST HOST "Content-Length: 0x5\r\n\r\nhello", 400, "Content-Length"},
        {POST HOST "Content-Length: 5.0\r\n\r\nhello", 400, "Content-Length"},
        {POST HOST "Content-Length: 5a\r\n\r\nhello", 400, "Content-Length"},
        {POST HOST "Content-Length: 18446744073709551616\r\n\r\nhello", 400, "Content-Length"},
        {POST HOST "Content-Length: 99999999999999999999\r\n\r\nhello", 400, "Content-Length"},
        {POST HOST "Content-Length: 9223372036854775808\r\n\r\nhello", 400, "Content-Length"},
        /* RFC 9112 section 6.1: chunked is the last coding, and stands once. */
        {POST HOST "Transfer-Encoding: gzip\r\n\r\nhello", 400, "Transfer-Encoding"},
        {POST HOST "Transfer-Encoding: identity\r\n\r\nhello", 400, "Transfer-Encoding"},
        {POST HOST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400, "Transfer-Encoding"},
        {POST HOST "Transfer-Encoding: chunkedx\r\n\r\n0\r\n\r\n", 400, "Transfer-Encoding"},
        {POST HOST "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n", 400, "Transfer-Encoding"},
        {POST HOST "Transfer-Encoding: chunked;a=b\r\n\r\n0\r\n\r\n", 400, "Transfer-Encoding"},
        {POST HOST "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n", 400, "header"},
        {POST HOST "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 400, "Transfer-Encoding"},
        {POST HOST "Transfer-Encoding: chunked,chunked\r\n\r\n", 400, "Transfer-Encoding"},
        {POST HOST CHUNKED CHUNKED "\r\n0\r\n\r\n", 400, "Transfer-Encoding"},
        {POST HOST CHUNKED "Transfer-Encoding: gzip\r\n\r\n", 400, "Transfer-Encoding"},
        {"POST / HTTP/1.0\r\n" CHUNKED "\r\n0\r\n\r\n", 400, "HTTP/1.0 has no Transfer-Encoding"},
    };
    refuse_all(cases, COUNT(cases));
}

/* A proxy may take the field for one that is there, and thus the body for a chunked one. */
Test(parser, refuses_a_transfer_encoding_that_names_none)
{
    static const struct bad_request cases[] = {
        {POST HOST "Transfer-Encoding:\r\n\r\n0\r\n\r\n", 400, "Transfer-Encoding"},
        {POST HOST "Transfer-Encoding: ,chunked\r\n\r\n0\r\n\r\n", 400, "Transfer-Encoding"},
        {POST HOST "Transfer-Encoding: a b, chunked\r\n\r\n0\r\n\r\n", 400, "Transfer-Encoding"},
        {POST HOST "Transfer-Encoding: \t\r\n\r\n0\r\n\r\n", 400, "Transfer-Encoding"},
        {POST HOST "Transfer-Encoding:\r\nContent-Length: 5\r\n\r\nhello", 400,
         "Transfer-Encoding"},
        {POST HOST "Content-Length: 5\r\nTransfer-Encoding:\r\n\r\nhello", 400,
         "Transfer-Encoding"},
        {"POST / HTTP/1.0\r\nTransfer-Encoding:\r\n\r\n", 400, "Transfer-Encoding"},
    };
    refuse_all(cases, COUNT(cases));
}

/* RFC 9112 section 6.1: the handler would get the compressed bytes for the content. */
Test(parser, refuses_codings_that_it_does_not_undo)
{
    static const struct bad_request cases[] = {
        {POST HOST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501, "chunked"},
        {POST HOST "Transfer-Encoding: identity,chunked\r\n\r\n0\r\n\r\n", 501, "chunked"},
        {POST HOST "Transfer-Encoding: gzip\r\n" CHUNKED "\r\n0\r\n\r\n", 501, "chunked"},
    };
    refuse_all(cases, COUNT(cases));
}

/* RFC 9112 section 7.1. The head was good, so these fail while the body is read. */
Test(parser, refuses_bad_chunks)
{
    static const struct bad_request cases[] = {
        {POST HOST CHUNKED "\r\n\r\n", 400, "chunk size"},
        {POST HOST CHUNKED "\r\nx\r\n", 400, "chunk size"},
        {POST HOST CHUNKED "\r\n-5\r\nhello", 400, "chunk size"},
        {POST HOST CHUNKED "\r\n+5\r\nhello", 400, "chunk size"},
        {POST HOST CHUNKED "\r\n0x5\r\nhello", 400, "chunk size"},
        {POST HOST CHUNKED "\r\n 5\r\nhello", 400, "chunk size"},
        {POST HOST CHUNKED "\r\n5 \r\nhello", 400, "chunk size"},
        {POST HOST CHUNKED "\r\n5,\r\nhello", 400, "chunk size"},
        {POST HOST CHUNKED "\r\n;a\r\nhello", 400, "chunk size"},
        {POST HOST CHUNKED "\r\n5\nhello", 400, "chunk size"},
        {POST HOST CHUNKED "\r\n5\rhello", 400, "chunk size"},
        {POST HOST CHUNKED "\r\n10000000000000000\r\n", 400, "overflow"},
        {POST HOST CHUNKED "\r\nfffffffffffffffff\r\n", 400, "overflow"},
        {POST HOST CHUNKED "\r\n8000000000000000\r\n", 400, "overflow"},
        {POST HOST CHUNKED "\r\n5;a\nhello", 400, "chunk extension"},
        {POST HOST CHUNKED "\r\n5;a\x01\r\nhello", 400, "chunk extension"},
        {POST HOST CHUNKED "\r\n5\r\nhello0\r\n\r\n", 400, "chunk data"},
        {POST HOST CHUNKED "\r\n5\r\nhello!", 400, "chunk data"},
        {POST HOST CHUNKED "\r\n5\r\nhello\n0\r\n\r\n", 400, "chunk data"},
        {POST HOST CHUNKED "\r\n5\r\nhello\r0\r\n\r\n", 400, "chunk data"},
        {POST HOST CHUNKED "\r\n0\r\nA : b\r\n\r\n", 400, "header"},
        {POST HOST CHUNKED "\r\n0\r\nA: b\r\n c\r\n\r\n", 400, "header"},
        {POST HOST CHUNKED "\r\n0\r\nA: b\n\r\n", 400, "header"},
        {POST HOST CHUNKED "\r\n0\r\n\n", 400, "header"},
    };
    refuse_all(cases, COUNT(cases));
}

/*
 * Limits.
 */

/* Allocates `before`, so many times `fill`, `after`, and NUL. */
static char *padded(const char *before, size_t count, char fill, const char *after)
{
    char *text = malloc(strlen(before) + count + strlen(after) + 1);
    cr_assert_not_null(text);
    char *end = stpcpy(text, before);
    memset(end, fill, count);
    stpcpy(end + count, after);
    return text;
}

/* The same, so that the whole has this size. */
static char *padded_to(size_t size, const char *before, char fill, const char *after)
{
    return padded(before, size - strlen(before) - strlen(after), fill, after);
}

Test(parser, accepts_a_head_of_exactly_the_limit)
{
    char *request = padded_to(HEAD_LIMIT, GET HOST "A: ", 'x', "\r\n\r\n");
    struct parsed parsed = accept_request(request);
    size_t length = strlen(or_none(head_find(&parsed.parser.head, "A")));
    cr_expect_eq(length, HEAD_LIMIT - strlen(GET HOST "A: \r\n\r\n"));
    parsed_free(&parsed);
    free(request);
}

Test(parser, accepts_a_target_of_exactly_the_limit)
{
    char *request = padded("GET /", limits.target - 1, 'x', " HTTP/1.0\r\n\r\n");
    struct parsed parsed = accept_request(request);
    cr_expect_eq(strlen(parsed.parser.head.data), limits.target);
    parsed_free(&parsed);
    free(request);
}

static void refuse_and_free(char *request, int status, const char *words)
{
    refuse_bytes(request, strlen(request), status, words);
    free(request);
}

Test(parser, refuses_a_head_of_one_byte_more)
{
    char *request = padded_to(HEAD_LIMIT + 1, GET HOST "A: ", 'x', "\r\n\r\n");
    refuse_and_free(request, 431, "larger than 16384 bytes");
}

/* Trimmed spaces take no room among the strings, but they count. */
Test(parser, refuses_a_head_that_is_large_by_spaces)
{
    char *request = padded_to(HEAD_LIMIT + 1, GET HOST "A: b", ' ', "\r\n\r\n");
    refuse_and_free(request, 431, "larger than 16384 bytes");
}

Test(parser, refuses_a_target_of_one_byte_more)
{
    char *request = padded("GET /", limits.target, 'x', " HTTP/1.1\r\n");
    refuse_and_free(request, 414, "longer than 8192 bytes");
}

Test(parser, refuses_empty_lines_that_have_no_end)
{
    char *request = padded("", HEAD_LIMIT, '\n', GET HOST "\r\n");
    for (size_t i = 0; i < HEAD_LIMIT; i += 2)
        request[i] = '\r';
    refuse_and_free(request, 431, "larger than 16384 bytes");
}

/* Host, then X1, X2 and so on: `count` fields in all. */
static void write_request_with_headers(char *request, int count)
{
    char *end = stpcpy(request, GET HOST);
    for (int i = 1; i < count; i++)
        end += sprintf(end, "X%d:%d\r\n", i, i);
    stpcpy(end, "\r\n");
}

Test(parser, accepts_a_hundred_headers)
{
    char request[2048];
    write_request_with_headers(request, (int)limits.header_count);
    struct parsed parsed = accept_request(request);
    cr_expect_eq(parsed.parser.head.header_count, limits.header_count);
    cr_expect_str_eq(or_none(head_find(&parsed.parser.head, "X1")), "1");
    cr_expect_str_eq(or_none(head_find(&parsed.parser.head, "X99")), "99");
    parsed_free(&parsed);
}

Test(parser, refuses_one_header_more)
{
    char request[2048];
    write_request_with_headers(request, (int)limits.header_count + 1);
    refuse_bytes(request, strlen(request), 431, "more than 100 header fields");
}

Test(parser, does_not_count_the_body_as_head)
{
    char head[128];
    snprintf(head, sizeof(head), POST HOST "Content-Length: %d\r\n\r\n", HEAD_LIMIT);
    char *request = padded(head, HEAD_LIMIT, 'x', "");
    struct parsed parsed = accept_request(request);
    cr_expect_eq(parsed.body_length, HEAD_LIMIT);
    parsed_free(&parsed);
    free(request);
}

/*
 * What a chunked body has besides its content: RFC 9112 section 7.1.1 wants extensions limited.
 */

#define CHUNKED_POST POST HOST CHUNKED "\r\n"

Test(parser, accepts_framing_up_to_the_limit)
{
    limits.framing = 500; /* large ones take long to cut at each place */
    /* A chunk adds to what is allowed when the line of its size ends. */
    size_t count = limits.framing - strlen("5;\r");
    char *request = padded(CHUNKED_POST "5;", count, 'x', "\r\nhello\r\n0\r\n\r\n");
    struct parsed parsed = accept_request(request);
    cr_expect_str_eq(parsed.body, "hello");
    parsed_free(&parsed);
    free(request);
}

Test(parser, refuses_framing_beyond_the_limit)
{
    static const struct {
        const char *before;
        char fill;
        int status;
    } cases[] = {
        {CHUNKED_POST, '0', 400},
        {CHUNKED_POST "5;", 'x', 400},
        {CHUNKED_POST "5;x=", 'y', 400},
        {CHUNKED_POST "5;x=\"", ' ', 400},
        {CHUNKED_POST "5\r\nhello\r\n0;", 'x', 400},
        {CHUNKED_POST "0\r\n", 'A', 431},
        {CHUNKED_POST "0\r\nA:", ' ', 431},
    };
    limits.framing = 500;
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t more = limits.framing + 3 * CHUNK_FRAMING;
        refuse_and_free(
            padded(cases[i].before, more, cases[i].fill, ""), cases[i].status,
            "more than 500 bytes of chunk");
    }
}

/* A plain chunk needs less than it adds, so small ones may be many. */
Test(parser, accepts_any_number_of_plain_chunks)
{
    static const char chunk[] = "1\r\nx\r\n";
    const size_t count = 2 * limits.framing / strlen(chunk);
    char *request = malloc(strlen(CHUNKED_POST) + count * strlen(chunk) + 8);
    cr_assert_not_null(request);
    char *end = stpcpy(request, CHUNKED_POST);
    for (size_t i = 0; i < count; i++)
        end = stpcpy(end, chunk);
    stpcpy(end, "0\r\n\r\n");
    static char room[HEAD_LIMIT];
    struct parser parser;
    parser_init(&parser, room, &limits);
    size_t taken = parser_feed(&parser, request, strlen(request));
    taken += parser_feed(&parser, request + taken, strlen(request) - taken);
    cr_expect_eq(parser.state, PARSER_DONE, "%s", parser.reason);
    cr_expect_eq(taken, strlen(request));
    cr_expect_eq(parser.body_length, count);
    free(request);
}

/* The limits are those it was given. */
Test(parser, names_the_limit_it_was_given)
{
    static const struct bad_request cases[] = {
        {"GET /abcd HTTP/1.1\r\n", 414, "longer than 4 bytes"},
        {GET HOST "A: b\r\n\r\n", 431, "more than 1 header fields"},
        {GET "Host: hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh", 431, "larger than 64"},
    };
    limits = (struct parser_limits){.target = 4, .head = 64, .header_count = 1};
    refuse_all(cases, COUNT(cases));
}

/* A large target limit does not make the head's larger. */
Test(parser, answers_414_where_the_head_ends_within_the_target)
{
    static const struct bad_request cases[] = {{"GET /abcdefghijklmnop", 414, "larger than 16"}};
    limits.head = 16;
    refuse_all(cases, COUNT(cases));
}

/* RFC 9112 section 3.2.2: the authority counts, not the Host header. */
Test(parser, takes_the_host_from_the_absolute_form)
{
    static const struct {
        const char *line, *host;
    } cases[] = {
        {"GET http://i/a ", "i"},
        {"GET http://i ", "i"},
        {"GET https://i:80?b ", "i:80"},
        {"GET http://[::1]:80/a?b ", "[::1]:80"},
        {"GET / ", "h"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char request[128];
        snprintf(request, sizeof(request), "%sHTTP/1.1\r\n" HOST "\r\n", cases[i].line);
        struct parsed parsed = accept_request(request);
        cr_expect_str_eq(
            or_none(head_find(&parsed.parser.head, "host")), cases[i].host, "%s", cases[i].line);
        parsed_free(&parsed);
    }
}
