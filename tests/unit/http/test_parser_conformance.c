/* The cases of tests/conformance, however their bytes are cut. */
#include "tests/conformance/case.h"
#include "tests/support/parser_cases.h"
#include "tests/support/test.h"

TestSuite(parser_conformance, .timeout = 120, .init = set_default_limits);

/* It takes long to cut a request of many kilobytes at each place: test_parser_limits.c has those.
 */
enum { LONG = 1000 };

/* All of the bytes are the first request, or the others follow it. */
static void expect_case(const struct http_case *c)
{
    size_t size;
    char *bytes = case_bytes(c, &size);
    cr_assert_not_null(bytes);
    if (size < LONG) {
        struct parsed parsed = parse_every_way(bytes, size, &limits);
        const struct parser *parser = &parsed.parser;
        bool refused = c->statuses[0] >= 400 && c->fate == CLOSED;
        cr_expect_eq(parser->state == PARSER_FAILED, refused, "%s: %s", c->name, parser->reason);
        if (refused)
            cr_expect_eq(parser->status, c->statuses[0], "%s: %d", c->name, parser->status);
        else if (!c->routing)
            cr_expect_eq(parser->state == PARSER_DONE, c->fate != WAITS, "%s", c->name);
        bool is_only = !c->routing && c->statuses[1] == 0;
        if (is_only && parser->state == PARSER_DONE)
            cr_expect_eq(parser->keep_alive, c->fate == KEPT, "%s", c->name);
        parsed_free(&parsed);
    }
    free(bytes);
}

Test(parser_conformance, holds_wherever_a_request_is_cut)
{
    for (size_t i = 0; i < COUNT(case_tables); i++) {
        for (size_t j = 0; j < case_tables[i]->count; j++)
            expect_case(&case_tables[i]->cases[j]);
    }
}
