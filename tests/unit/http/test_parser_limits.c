#include "http/parser.h"

#include "tests/support/or_none.h"
#include "tests/support/parser_cases.h"
#include "tests/support/test.h"

TestSuite(parser_limits, .timeout = 120, .init = set_default_limits);

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

Test(parser_limits, accepts_a_head_of_exactly_the_limit)
{
    char *request = padded_to(HEAD_LIMIT, GET HOST "A: ", 'x', "\r\n\r\n");
    struct parsed parsed = accept_request(request);
    size_t length = strlen(or_none(head_find(&parsed.head, "A")));
    cr_expect_eq(length, HEAD_LIMIT - strlen(GET HOST "A: \r\n\r\n"));
    parsed_free(&parsed);
    free(request);
}

Test(parser_limits, accepts_a_target_of_exactly_the_limit)
{
    char *request = padded("GET /", limits.target - 1, 'x', " HTTP/1.0\r\n\r\n");
    struct parsed parsed = accept_request(request);
    cr_expect_eq(strlen(parsed.head.data), limits.target);
    parsed_free(&parsed);
    free(request);
}

static void refuse_and_free(char *request, int status, const char *words)
{
    refuse_bytes(request, strlen(request), status, words);
    free(request);
}

Test(parser_limits, refuses_one_byte_more)
{
    refuse_and_free(
        padded_to(HEAD_LIMIT + 1, GET HOST "A: ", 'x', "\r\n\r\n"), 431, "larger than 16384 bytes");
    refuse_and_free(
        padded("GET /", limits.target, 'x', " HTTP/1.1\r\n"), 414, "longer than 8192 bytes");
    /* Trimmed spaces take no room among the strings, but they count. */
    refuse_and_free(
        padded_to(HEAD_LIMIT + 1, GET HOST "A: b", ' ', "\r\n\r\n"), 431,
        "larger than 16384 bytes");
}

Test(parser_limits, refuses_empty_lines_that_have_no_end)
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

Test(parser_limits, accepts_a_hundred_headers)
{
    char request[2048];
    write_request_with_headers(request, (int)limits.header_count);
    struct parsed parsed = accept_request(request);
    cr_expect_eq(parsed.head.header_count, limits.header_count);
    cr_expect_str_eq(or_none(head_find(&parsed.head, "X1")), "1");
    cr_expect_str_eq(or_none(head_find(&parsed.head, "X99")), "99");
    parsed_free(&parsed);
}

Test(parser_limits, refuses_one_header_more)
{
    char request[2048];
    write_request_with_headers(request, (int)limits.header_count + 1);
    refuse_bytes(request, strlen(request), 431, "more than 100 header fields");
}

Test(parser_limits, does_not_count_the_body_as_head)
{
    char head[128];
    snprintf(head, sizeof(head), POST HOST "Content-Length: %d\r\n\r\n", HEAD_LIMIT);
    char *request = padded(head, HEAD_LIMIT, 'x', "");
    struct parsed parsed = accept_request(request);
    cr_expect_eq(parsed.body_length, HEAD_LIMIT);
    parsed_free(&parsed);
    free(request);
}

/* The limits are those it was given. */
Test(parser_limits, names_the_limit_it_was_given)
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
Test(parser_limits, answers_414_where_the_head_ends_within_the_target)
{
    static const struct bad_request cases[] = {{"GET /abcdefghijklmnop", 414, "larger than 16"}};
    limits.head = 16;
    refuse_all(cases, COUNT(cases));
}

/* The overhead of a chunked body: RFC 9112 section 7.1.1 wants extensions limited. */

#define CHUNKED_POST POST HOST CHUNKED "\r\n"

Test(parser_limits, accepts_framing_up_to_the_limit)
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

Test(parser_limits, refuses_framing_beyond_the_limit)
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
Test(parser_limits, accepts_any_number_of_plain_chunks)
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
    struct head head;
    parser_init(&parser, &head, room, &limits);
    size_t taken = parser_feed(&parser, request, strlen(request));
    taken += parser_feed(&parser, request + taken, strlen(request) - taken);
    cr_expect_eq(parser.state, PARSER_DONE, "%s", parser.reason);
    cr_expect_eq(taken, strlen(request));
    cr_expect_eq(parser.body_length, count);
    free(request);
}
