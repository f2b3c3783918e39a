#include "http/parser.h"

#include "tests/support/bytes.h"
#include "tests/support/or_none.h"
#include "tests/support/parser_cases.h"
#include "tests/support/test.h"

TestSuite(parser_fields, .timeout = 120, .init = set_default_limits);

/* RFC 9110 section 5.1: in any case. */
Test(parser_fields, finds_a_header_by_its_name)
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
        const char *value = head_find(&parsed.head, cases[i].name);
        cr_expect_str_eq(
            or_none(value), or_none(cases[i].value), "%s: '%s' instead of '%s'", cases[i].name,
            or_none(value), or_none(cases[i].value));
        parsed_free(&parsed);
    }
}

/* RFC 9110 section 5.5: spaces and tabs around it are no part of it. */
Test(parser_fields, trims_the_value)
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
        const char *value = head_find(&parsed.head, "A");
        cr_expect_str_eq(or_none(value), cases[i].value, "'%s'", cases[i].field);
        cr_expect_str_eq(or_none(head_find(&parsed.head, "Host")), "h");
        parsed_free(&parsed);
    }
}

Test(parser_fields, refuses_a_bad_header_field)
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

Test(parser_fields, refuses_nul_wherever_it_stands)
{
    static const struct {
        const char *request;
        size_t length;
        const char *words;
    } cases[] = {
#define CASE(request, words) {request, sizeof(request) - 1, words}
        CASE("\0", "method"),
        CASE("G\0ET / HTTP/1.1\r\n" HOST "\r\n", "method"),
        CASE("GET /\0 HTTP/1.1\r\n" HOST "\r\n", "a URI cannot have"),
        CASE("GET /?\0 HTTP/1.1\r\n" HOST "\r\n", "a URI cannot have"),
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
Test(parser_fields, takes_one_host_where_it_must_be_and_none_where_it_need_not)
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

Test(parser_fields, refuses_no_host_and_several)
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
Test(parser_fields, refuses_a_host_that_cannot_be_one)
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
Test(parser_fields, notes_who_waits_for_100_continue)
{
    static const struct {
        const char *fields;
        bool expects;
    } cases[] = {
        {"", false},
        {"Expect: 100-continue\r\n", true},
        {"expect:100-Continue \r\n", true},
        {"Expect: 100-continue\r\nExpect: 100-continue\r\n", true},
        {"Expect: 100-continue, 100-Continue\r\n", true},
        {"Expect: 100-continue\t,,100-continue,\r\n", true},
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

Test(parser_fields, refuses_other_expectations)
{
    static const struct bad_request cases[] = {
        {GET HOST "Expect: x\r\n\r\n", 417, "100-continue"},
        {GET HOST "Expect:\r\n\r\n", 417, "100-continue"},
        {GET HOST "Expect: 100\r\n\r\n", 417, "100-continue"},
        {GET HOST "Expect: 100-continued\r\n\r\n", 417, "100-continue"},
        {GET HOST "Expect: 100-continue, x\r\n\r\n", 417, "100-continue"},
        {GET HOST "Expect: ,\r\n\r\n", 417, "100-continue"},
        {GET HOST "Expect: 100-continue 100-continue\r\n\r\n", 417, "100-continue"},
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

Test(parser_fields, knows_whether_the_connection_persists)
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

Test(parser_fields, lets_close_win_over_keep_alive_in_http_1_0_too)
{
    static const struct persistence cases[] = {
        {GET_1_0, "Connection: keep-alive, close\r\n", false},
        {GET_1_0, "Connection: close, keep-alive\r\n", false},
    };
    expect_persistence(cases, COUNT(cases));
}
