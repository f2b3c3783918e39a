#include "http/parser.h"

#include "tests/support/bytes.h"
#include "tests/support/or_none.h"
#include "tests/support/parser_cases.h"
#include "tests/support/test.h"

TestSuite(parser_fields, .timeout = 120, .init = set_default_limits);

/* RFC 9110 sections 5.1, in any case, and 5.5: spaces and tabs around a value are no part of it. */
Test(parser_fields, finds_a_header_by_its_name_and_trims_its_value)
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
        /* Trimmed. */
        {"A:b\r\n", "A", "b"},
        {"A: b \r\n", "A", "b"},
        {"A: \t b \t \r\n", "A", "b"},
        {"A:\tb\t\r\n", "A", "b"},
        {"A: b  c\td \r\n", "A", "b  c\td"},
        {"A:\r\n", "A", ""},
        {"A: \r\n", "A", ""},
        {"A: \t \t\r\n", "A", ""},
        {"A: : b:c\r\n", "A", ": b:c"},
        {"A: \"b\" (c), d;e=f\r\n", "A", "\"b\" (c), d;e=f"},
        {"A: \x80\xff\r\n", "A", "\x80\xff"}, /* obs-text */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char request[128];
        snprintf(request, sizeof(request), GET "%s" HOST "\r\n", cases[i].fields);
        struct parsed parsed = accept_request(request);
        const char *value = head_find(&parsed.head, cases[i].name);
        cr_expect_str_eq(
            or_none(value), or_none(cases[i].value), "%s: '%s' instead of '%s'", cases[i].name,
            or_none(value), or_none(cases[i].value));
        cr_expect_str_eq(or_none(head_find(&parsed.head, "Host")), "h", "%s", cases[i].fields);
        parsed_free(&parsed);
    }
}

/* The statuses of more bad fields are in the cases of tests/conformance. */
Test(parser_fields, gives_the_reason_of_a_refusal)
{
    static const struct bad_request cases[] = {
        /* RFC 9112 section 5.1: no space before the colon. */
        {GET HOST "A\x80: b\r\n\r\n", 400, "header"},
        /* Section 2.2: no space before the first one. */
        {GET " A: b\r\n" HOST "\r\n", 400, "space"},
        /* Section 2.2: lines end with CR LF. */
        {GET HOST "A: b\n\r\n", 400, "header"},
        {GET HOST "A: b\r\n\n", 400, "header"},
        {GET HOST "A: b\r\rc\r\n\r\n", 400, "LF"},
        /* RFC 9110 section 5.5: no control characters. */
        {GET HOST "A: b\x1b[2J\r\n\r\n", 400, "header"},
        {GET "X-Host: h\r\n\r\n", 400, "Host header is missing"},
        {GET HOST "A: b\r\nhost: i\r\n\r\n", 400, "more than one Host"},
        {GET "Host: h\r\nHost:\r\n\r\n", 400, "more than one Host"},
        /* RFC 9110 section 7.2: "h, i" is none either. */
        {GET "Host: \r\n\r\n", 400, "not a host"},
        {GET "Host: h\ti\r\n\r\n", 400, "not a host"},
        {GET HOST "Expect: x\r\n\r\n", 417, "100-continue"},
        {GET HOST "Expect: 100\r\n\r\n", 417, "100-continue"},
        {GET HOST "Expect: ,\r\n\r\n", 417, "100-continue"},
        {GET HOST "Expect: 100-continue 100-continue\r\n\r\n", 417, "100-continue"},
        {GET HOST "Expect: 100-continue\r\nExpect: x\r\n\r\n", 417, "100-continue"},
    };
    refuse_all(cases, COUNT(cases));
}

/* RFC 9110 section 10.1.1. */
Test(parser_fields, finds_the_expectation_of_100_continue)
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
