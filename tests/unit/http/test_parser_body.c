#include "http/parser.h"

#include "tests/support/bytes.h"
#include "tests/support/or_none.h"
#include "tests/support/parser_cases.h"
#include "tests/support/test.h"

TestSuite(parser_body, .timeout = 120, .init = set_default_limits);

/* RFC 9112 sections 6 and 7.1. */
Test(parser_body, gives_the_body_without_its_framing)
{
    static const struct {
        const char *request, *body;
    } cases[] = {
        {GET HOST "\r\n", ""},
        {POST HOST "\r\n", ""},
        {POST HOST "Content-Length: 0\r\n\r\n", ""},
        {POST HOST "Content-Length: 5\r\n\r\nhello", "hello"},
        {POST HOST "Content-Length:005 \r\n\r\nhello", "hello"},
        {POST HOST "Content-Length:\t5\t\r\n\r\nhello", "hello"},
        {POST HOST "Content-Length: 5 \t \t\r\nA:\tb\tc\t\r\n\r\nhello", "hello"},
        {GET HOST "Content-Length: 5\r\n\r\nhello", "hello"},
        {"HEAD / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello", "hello"},
        {"POST / HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello", "hello"},
        {POST HOST "Content-Length: 31\r\n\r\n" PIPELINED, PIPELINED},
        {POST HOST CHUNKED "\r\n0\r\n\r\n", ""},
        /* RFC 9110 section 7.8: a server that changes no protocols ignores the wish. */
        {GET HOST "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n", ""},
        {POST HOST "Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nhi", "hi"},
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
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *request = cases[i].request;
        struct parsed parsed = accept_request(request);
        cr_expect_str_eq(parsed.body, cases[i].body, "%s", printable(request, strlen(request)));
        parsed_free(&parsed);
    }
}

Test(parser_body, gives_any_byte_of_a_body)
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

Test(parser_body, drops_a_body_that_is_not_read)
{
    static const char request[] = POST HOST "Content-Length: 5\r\n\r\nhello";
    static char room[HEAD_LIMIT];
    struct parser parser;
    struct head head;
    size_t length = sizeof(request) - 1;
    parser_init(&parser, &head, room, &limits);
    size_t taken = parser_feed(&parser, request, length);
    cr_expect_eq(parser.state, PARSER_BODY);
    taken += parser_feed(&parser, request + taken, length - taken);
    cr_expect_eq(taken, length);
    cr_expect_eq(parser.state, PARSER_DONE);
    cr_expect_eq(parser.body_length, 5, "what was dropped is counted");
}

/* RFC 9110 section 6.5.1: they must not be taken for header fields. */
Test(parser_body, drops_trailers)
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
        cr_expect_eq(parsed.head.header_count, 2, "%s", trailers[i]);
        cr_expect_null(head_find(&parsed.head, "A"), "%s", trailers[i]);
        cr_expect_str_eq(or_none(head_find(&parsed.head, "Host")), "h", "%s", trailers[i]);
        cr_expect(parser->keep_alive, "%s", trailers[i]);
        parsed_free(&parsed);
    }
}

/* The statuses of more bad bodies are in the cases of tests/conformance. */
Test(parser_body, gives_the_reason_of_a_refusal)
{
    static const struct bad_request cases[] = {
        /* RFC 9112 section 6.3. */
        {POST HOST "Content-Length: 5\r\ncontent-length: 6\r\n\r\nhello", 400, "Content-Length"},
        /* RFC 9110 section 8.6: digits. */
        /* RFC 9112 section 6.1: chunked is the last coding, and stands once. */
        {POST HOST "Transfer-Encoding: gzip\r\n\r\nhello", 400, "Transfer-Encoding"},
        {POST HOST "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n", 400, "header"},
        {POST HOST "Transfer-Encoding: chunked,chunked\r\n\r\n", 400, "Transfer-Encoding"},
        {"POST / HTTP/1.0\r\n" CHUNKED "\r\n0\r\n\r\n", 400, "HTTP/1.0 has no Transfer-Encoding"},
        /* A proxy may take the field for one that is there, and thus the body for a chunked one. */
        {POST HOST "Transfer-Encoding:\r\n\r\n0\r\n\r\n", 400, "empty or bad element"},
        {POST HOST "Transfer-Encoding: a b, chunked\r\n\r\n0\r\n\r\n", 400, "Transfer-Encoding"},
        {POST HOST "Transfer-Encoding: \t\r\n\r\n0\r\n\r\n", 400, "Transfer-Encoding"},
        {POST HOST "Content-Length: 5\r\nTransfer-Encoding:\r\n\r\nhello", 400,
         "Transfer-Encoding"},
        {"POST / HTTP/1.0\r\nTransfer-Encoding:\r\n\r\n", 400, "Transfer-Encoding"},
        /* RFC 9112 section 6.1: the handler would get the compressed bytes for the content. */
        {POST HOST "Transfer-Encoding: identity,chunked\r\n\r\n0\r\n\r\n", 501, "chunked"},
        /* RFC 9112 section 7.1. The head was good, so these fail while the body is read. */
        {POST HOST CHUNKED "\r\nfffffffffffffffff\r\n", 400, "overflow"},
        {POST HOST CHUNKED "\r\n5 ;a=b\r\nhello", 400, "chunk size"},
        {POST HOST CHUNKED "\r\n5; a=b\r\nhello", 400, "chunk extension"},
        {POST HOST CHUNKED "\r\n5;a\t=b\r\nhello", 400, "chunk extension"},
        {POST HOST CHUNKED "\r\n5;a= b\r\nhello", 400, "chunk extension"},
        {POST HOST CHUNKED "\r\n5;a=b \r\nhello", 400, "chunk extension"},
        {POST HOST CHUNKED "\r\n5;a=\"b\x7f\"\r\nhello", 400, "chunk extensions quoted value"},
        {POST HOST CHUNKED "\r\n5\r\nhello0\r\n\r\n", 400, "chunk data"},
        {POST HOST CHUNKED "\r\n0\r\nTransfer-Encoding:\r\n\r\n", 400, "a trailer is"},
        {POST HOST CHUNKED "\r\n0\r\nContent-Length:5\r\n\r\n", 400, "Content-Length"},
    };
    refuse_all(cases, COUNT(cases));
}
