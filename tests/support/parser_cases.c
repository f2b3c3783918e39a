#include "tests/support/parser_cases.h"

#include <stdlib.h>
#include <string.h>

#include "server/server.h"
#include "tests/support/bytes.h"
#include "tests/support/criterion.h"

struct parser_limits limits;

void set_default_limits(void)
{
    hob_server_options options = {0};
    server_options_complete(&options);
    limits = server_parser_limits(&options);
}

struct parsed accept_bytes(const char *request, size_t length)
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
    const struct head *head = &parsed.head;
    size_t raw_path = head->raw_path ? strlen(head->data + head->raw_path) + 1 : 0;
    cr_assert_leq(head->length - raw_path, parser->head_bytes, "the head has grown");
    free(input);
    return parsed;
}

struct parsed accept_request(const char *request)
{
    return accept_bytes(request, strlen(request));
}

void refuse_bytes(const char *request, size_t length, int status, const char *words)
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

void refuse_all(const struct bad_request *cases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        refuse_bytes(cases[i].request, strlen(cases[i].request), cases[i].status, cases[i].words);
}
