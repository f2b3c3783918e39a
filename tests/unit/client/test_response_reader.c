#include "client/response_reader.h"

#include "tests/support/bytes.h"
#include "tests/support/or_none.h"
#include "tests/support/read_every_way.h"
#include "tests/support/test.h"

TestSuite(response_reader, .timeout = 120);

#define OK      "HTTP/1.1 200 OK\r\n"
#define CHUNKED "Transfer-Encoding: chunked\r\n"
#define EMPTY   "Content-Length: 0\r\n"
#define NEXT    "HTTP/1.1 200 Next\r\nContent-Length: 0\r\n\r\n"

/* Reads what must be a whole response. The one behind it must be left alone. */
static struct read_response accept_to(const char *response, enum response_to to)
{
    struct reading how = usual_reading;
    char *input = malloc(strlen(response) + sizeof(NEXT));
    cr_assert_not_null(input);
    how.to = to;
    stpcpy(stpcpy(input, response), NEXT);
    struct read_response got = read_every_way(input, strlen(input), &how);
    const struct response_reader *reader = &got.reader;
    const char *shown = printable(response, strlen(response));
    cr_assert_eq(reader->state, RESPONSE_DONE, "%d %s: %s", reader->state, reader->reason, shown);
    cr_assert_eq(got.taken, strlen(response), "took %zu: %s", got.taken, shown);
    free(input);
    return got;
}

static struct read_response accept(const char *response)
{
    return accept_to(response, RESPONSE_TO_ANY);
}

static void refuse_when(const char *response, const struct reading *how, const char *words)
{
    struct read_response got = read_every_way(response, strlen(response), how);
    const char *shown = printable(response, strlen(response));
    cr_expect_eq(got.reader.state, RESPONSE_FAILED, "not refused: %s", shown);
    cr_expect(strstr(got.reader.reason, words), "'%s': %s", got.reader.reason, shown);
    cr_expect_eq(got.reader.over_limit, how != &usual_reading, "%s", shown);
    read_response_free(&got);
}

static void refuse(const char *response, const char *words)
{
    refuse_when(response, &usual_reading, words);
}

/* RFC 9112 section 4. */
Test(response_reader, reads_the_status_line)
{
    static const struct {
        const char *line;
        int status, minor;
        const char *phrase;
    } cases[] = {
        {"HTTP/1.1 200 OK", 200, 1, "OK"},
        {"HTTP/1.0 404 Not Found", 404, 0, "Not Found"},
        {"HTTP/1.2 200 OK", 200, 1, "OK"}, /* llhttp refuses it; RFC 9110 section 2.5 does not */
        {"HTTP/1.9 200 OK", 200, 1, "OK"},
        {"HTTP/1.1 200 ", 200, 1, ""},
        {"HTTP/1.1 200", 200, 1, ""},
        {"HTTP/1.1 599 \xc3\xa9t\xc3\xa9 \t:", 599, 1, "\xc3\xa9t\xc3\xa9 \t:"},
        {"HTTP/1.1 999 What", 999, 1, "What"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char response[128];
        snprintf(response, sizeof(response), "%s\r\n%s\r\n", cases[i].line, EMPTY);
        struct read_response got = accept(response);
        cr_expect_eq(got.reader.status, cases[i].status, "%s", cases[i].line);
        cr_expect_eq(got.reader.minor, cases[i].minor, "%s", cases[i].line);
        cr_expect_str_eq(got.reader.head.data, cases[i].phrase, "%s", cases[i].line);
        read_response_free(&got);
    }
}

Test(response_reader, refuses_what_is_not_http_1)
{
    static const struct {
        const char *line, *words;
    } cases[] = {
        /* llhttp takes the first three, the latter two since 9.3. */
        {"HTTP/2.0 200 OK", "its version is HTTP/2.0"},
        {"RTSP/1.0 200 OK", "does not begin with HTTP/1.1"},
        {"ICE/1.0 200 OK", "does not begin with HTTP/1.1"},
        {"HTTP/0.9 200 OK", "its version is HTTP/0.9"},
        {"HTTP/1.x 200 OK", "its version is HTTP/1.x"},
        {"HTTP/11 200 OK", "its version is HTTP/11"},
        {"http/1.1 200 OK", "does not begin with HTTP/1.1"},
        {"SSH-2.0-OpenSSH_9.2", "does not begin with HTTP/1.1"},
        {"", "does not begin with HTTP/1.1"},
        {"HTTP/1.1", "no status"},
        {"HTTP/1.1  200 OK", "no status"},
        {"HTTP/1.1\t200 OK", "no status"},
        {"HTTP/1.1 20 OK", "no status"},
        {"HTTP/1.1 2000 OK", "no status"},
        {"HTTP/1.1 200OK", "no status"},
        {"HTTP/1.1 +20 OK", "no status"},
        {"HTTP/1.10 200 OK", "no status"},
        {"HTTP/1.1 000 OK", "its status is 000"},
        {"HTTP/1.1 099 OK", "its status is 099"}, /* llhttp takes it */
        {"HTTP/1.1 200 O\x01K", "control character"},
        {"HTTP/1.1 200 O\x7fK", "control character"},
        {"HTTP/1.1 200 O\rK", "control character"},
        {"HTTP/1.1 200 OK\r", "control character"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char response[128];
        snprintf(response, sizeof(response), "%s\r\n%s\r\n", cases[i].line, EMPTY);
        refuse(response, cases[i].words);
    }
    refuse("HTTP/1.1 200 OK\nContent-Length: 0\n\n", "without CR");
    refuse("\r\n" OK EMPTY "\r\n", "does not begin with HTTP/1.1");
}

/* RFC 9112 section 5, and 5.2 for those that are folded, which llhttp refuses since 8.1.2. */
Test(response_reader, reads_fields)
{
    static const struct {
        const char *field, *value;
    } cases[] = {
        {"a: b", "b"},      {"A:b", "b"},          {"a: \t b c\td \t", "b c\td"},
        {"a:", ""},         {"a: \t", ""},         {"a: \xe9", "\xe9"},
        {"a: b:c", "b:c"},  {"a: b\r\n c", "b c"}, {"a: b\r\n\t \tc \t\r\n d", "b c d"},
        {"a: \r\n c", "c"}, {"a:\r\n\r", NULL},    {"a: b\r\n \r\n\tc", "b c"},
        {"a: b\r\n ", "b"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char response[128];
        snprintf(response, sizeof(response), OK "%s\r\n" EMPTY "\r\n", cases[i].field);
        if (!cases[i].value) {
            refuse(response, "control character");
            continue;
        }
        struct read_response got = accept(response);
        cr_expect_eq(got.reader.head.header_count, 2, "%s", cases[i].field);
        cr_expect_str_eq(or_none(head_find(&got.reader.head, "a")), cases[i].value);
        cr_expect_str_eq(or_none(head_find(&got.reader.head, "content-length")), "0");
        read_response_free(&got);
    }
}

Test(response_reader, refuses_bad_fields)
{
    static const struct {
        const char *field, *words;
    } cases[] = {
        {"a : b", "no valid name"},       {": b", "no valid name"},
        {"ab", "no valid name"},          {"a b: c", "no valid name"},
        {"\xe9: c", "no valid name"},     {" a: b", "white space precedes"},
        {"a: b\x01", "control"},          {"a: b\x7f", "control"},
        {"a: b\rc", "control character"}, {"a: b\n", "without CR"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char response[128];
        snprintf(response, sizeof(response), OK "%s\r\n" EMPTY "\r\n", cases[i].field);
        refuse(response, cases[i].words);
    }
}

Test(response_reader, refuses_nul)
{
    static const char response[] = OK "a: b\0c\r\n\r\n";
    struct read_response got = read_every_way(response, sizeof(response) - 1, &usual_reading);
    cr_expect_eq(got.reader.state, RESPONSE_FAILED);
    cr_expect(strstr(got.reader.reason, "control character"), "%s", got.reader.reason);
    read_response_free(&got);
}

/* RFC 9112 sections 6 and 7.1. */
Test(response_reader, returns_the_body_without_its_framing)
{
    static const struct {
        const char *response, *body;
        bool keep_alive;
    } cases[] = {
        {OK EMPTY "\r\n", "", true},
        {OK "Content-Length: 5\r\n\r\nhello", "hello", true},
        {OK "Content-Length:\t5\t\r\n\r\nhello", "hello", true}, /* llhttp before 9.4 refuses it */
        {OK "Content-Length: 005\r\n\r\nhello", "hello", true},
        {OK "Content-Length: 5, 5\r\nContent-Length: 5\r\n\r\nhello", "hello", true},
        {OK "Content-Length:\r\n 5\r\n\r\nhello", "hello", true},
        {OK CHUNKED "\r\n0\r\n\r\n", "", true},
        {OK CHUNKED "\r\n5\r\nhello\r\n0\r\n\r\n", "hello", true},
        {OK CHUNKED "\r\n2\r\nhe\r\n1;a=\"b\"\r\nl\r\n02\r\nlo\r\n000;c\r\n\r\n", "hello", true},
        {OK CHUNKED "\r\nA\r\n0\r\n\r\n12345\r\n0\r\nt: u\r\nv: w\r\n\r\n", "0\r\n\r\n12345", true},
        /* With a tab behind chunked, each llhttp returns the sizes of the chunks as content. */
        {OK "Transfer-Encoding: chunked\t\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "hello", true},
        {OK "Transfer-Encoding:\r\n\tCHUNKED \r\n\r\n5\r\nhello\r\n0\r\n\r\n", "hello", true},
        /* RFC 9112 section 6.1: Transfer-Encoding counts, and the connection has to be closed. */
        {OK CHUNKED "Content-Length: 1\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "hello", false},
        {OK "Connection: close\r\nContent-Length: 5\r\n\r\nhello", "hello", false},
        {OK "Connection: x,\tClose\t\r\nContent-Length: 5\r\n\r\nhello", "hello", false},
        {"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello", false},
        {"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello", "hello",
         true},
        {"HTTP/1.0 200 OK\r\nConnection: keep-alive, close\r\n" EMPTY "\r\n", "", false},
        {"HTTP/1.1 204 No Content\r\n\r\n", "", true},
        {"HTTP/1.1 204 No Content\r\n" EMPTY "\r\n", "", true},
        {"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", "", false},
        {"HTTP/1.1 204 No Content\r\n" CHUNKED "\r\n", "", false},
        {"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "", true},
        {"HTTP/1.1 205 Reset Content\r\n" EMPTY "\r\n", "", true},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct read_response got = accept(cases[i].response);
        const char *shown = printable(cases[i].response, strlen(cases[i].response));
        cr_expect_str_eq(got.body, cases[i].body, "%s", shown);
        cr_expect_eq(got.reader.keep_alive, cases[i].keep_alive, "%s", shown);
        read_response_free(&got);
    }
}

Test(response_reader, reads_no_body_of_responses_to_head_and_connect)
{
    static const struct {
        const char *response;
        enum response_to to;
        uint64_t length;
    } cases[] = {
        {OK "Content-Length: 5\r\n\r\n", RESPONSE_TO_HEAD, 5},
        {OK CHUNKED "\r\n", RESPONSE_TO_HEAD, 0},
        {OK "\r\n", RESPONSE_TO_HEAD, 0},
        {"HTTP/1.1 404 Not Found\r\nContent-Length: 7\r\n\r\n", RESPONSE_TO_HEAD, 7},
        {"HTTP/1.1 200 Connected\r\nContent-Length: 5\r\n\r\n", RESPONSE_TO_CONNECT, 5},
        {"HTTP/1.1 407 No\r\nContent-Length: 2\r\n\r\nhi", RESPONSE_TO_CONNECT, 2},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct read_response got = accept_to(cases[i].response, cases[i].to);
        cr_expect_eq(got.reader.length, cases[i].length, "%s", cases[i].response);
        cr_expect(got.reader.keep_alive, "%s", cases[i].response);
        read_response_free(&got);
    }
}

Test(response_reader, refuses_bodies_whose_end_is_not_certain)
{
    static const struct {
        const char *response, *words;
    } cases[] = {
        {OK "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", "two values of Content-Length"},
        {OK "Content-Length: 5, 6\r\n\r\n", "two values of Content-Length"},
        {OK "Content-Length: 5,\r\n\r\n", "no number"},
        {OK "Content-Length:\r\n\r\n", "no number"},
        {OK "Content-Length: +5\r\n\r\n", "no number"},
        {OK "Content-Length: -5\r\n\r\n", "no number"},
        {OK "Content-Length: 0x5\r\n\r\n", "no number"},
        {OK "Content-Length: 5 5\r\n\r\n", "no number"},
        {OK "Content-Length: 18446744073709551621\r\n\r\n", "no number"},
        {OK "Transfer-Encoding: gzip, chunked\r\n\r\n", "not just chunked"},
        {OK "Transfer-Encoding: chunked, chunked\r\n\r\n", "not just chunked"},
        {OK "Transfer-Encoding: chunked;a=b\r\n\r\n", "not just chunked"},
        {OK "Transfer-Encoding: identity\r\n\r\n", "not just chunked"},
        {OK "Transfer-Encoding:\r\n\r\n", "not just chunked"},
        {OK CHUNKED CHUNKED "\r\n", "not just chunked"},
        {"HTTP/1.0 200 OK\r\n" CHUNKED "\r\n", "HTTP/1.0 has no Transfer-Encoding"},
        {"HTTP/1.1 101 Switching Protocols\r\n\r\n", "switches protocols"},
        {OK CHUNKED "\r\nx\r\n", "nvalid character in chunk size"},
        {OK CHUNKED "\r\n-1\r\n", "nvalid character in chunk size"},
        {OK CHUNKED "\r\n8000000000000000\r\n", "overflow"},
        {OK CHUNKED "\r\n10000000000000000\r\n", "overflow"},
        {OK CHUNKED "\r\n2\r\nhi!\r\n", ""},
        {OK CHUNKED "\r\n1;a=\"\x7f\"\r\n", "quoted value"},
        {OK CHUNKED "\r\n0\r\nTransfer-Encoding: \r\n\r\n", "ransfer-Encoding"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        refuse(cases[i].response, cases[i].words);
}

Test(response_reader, takes_the_end_of_the_connection)
{
    static const struct {
        const char *response, *body, *words;
    } cases[] = {
        {OK "\r\nhello", "hello", NULL},
        {"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nhello", "hello", NULL},
        {OK "\r\n", "", NULL},
        {OK EMPTY "\r\n", "", NULL},
        {"", "", "ended before the head did"},
        {OK, "", "ended before the head did"},
        {OK "a: b", "", "ended before the head did"},
        {"HTTP/1.1 100 Continue\r\n\r\n", "", "ended before the head did"},
        {OK "Content-Length: 5\r\n\r\nhel", "hel", "ended 2 bytes before the end of the body"},
        {OK CHUNKED "\r\n5\r\nhello\r\n", "hello", "ended before the last chunk"},
        {OK CHUNKED "\r\n5\r\nhel", "hel", "ended before the last chunk"},
        {OK CHUNKED "\r\n0\r\n", "", "ended before the last chunk"},
        {OK CHUNKED "\r\n0\r\na: b\r\n", "", "ended before the last chunk"},
    };
    struct reading how = usual_reading;
    how.ends = true;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *response = cases[i].response;
        struct read_response got = read_every_way(response, strlen(response), &how);
        bool good = got.reader.state == RESPONSE_DONE;
        cr_expect_eq(good, !cases[i].words, "%s", printable(response, strlen(response)));
        cr_expect_str_eq(got.body, cases[i].body);
        cr_expect(good || strstr(got.reader.reason, cases[i].words), "%s", got.reader.reason);
        cr_expect(!strstr(response, "hello") || !good || !got.reader.keep_alive);
        read_response_free(&got);
    }
}

/* RFC 9110 section 15.2: a client has to be able to parse any number of them, also unasked. */
Test(response_reader, shows_interim_responses)
{
    struct read_response got = accept("HTTP/1.1 100 Continue\r\n\r\n"
                                      "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n"
                                      "Content-Length: 9\r\n\r\n"
                                      "HTTP/1.1 199\r\n" CHUNKED "Connection: close\r\n\r\n" OK
                                      "Content-Length: 2\r\n\r\nhi");
    cr_expect_str_eq(got.interim, "100 103 199 ");
    cr_expect_str_eq(got.body, "hi");
    cr_expect_eq(got.reader.head.header_count, 1, "the fields of interim responses do not stay");
    cr_expect(got.reader.keep_alive);
    read_response_free(&got);
}

Test(response_reader, has_limits)
{
    static const char long_head[] = OK "a: 123456789\r\n" EMPTY "\r\n";
    struct reading how = usual_reading;
    how.limits.head = sizeof(long_head) - 2;
    refuse_when(long_head, &how, "larger than 51 bytes");
    how.limits.head++;
    struct read_response got = read_every_way(long_head, sizeof(long_head) - 1, &how);
    cr_expect_eq(got.reader.state, RESPONSE_DONE, "%s", got.reader.reason);
    read_response_free(&got);

    how = usual_reading;
    how.limits.header_count = 1;
    refuse_when(long_head, &how, "more than 1 header fields");

    how = usual_reading;
    how.limits.interim_count = 2;
    refuse_when(
        "HTTP/1.1 100\r\n\r\nHTTP/1.1 102\r\n\r\nHTTP/1.1 103\r\n\r\n", &how,
        "more than 2 interim responses");

    how = usual_reading;
    how.limits.framing = 10;
    refuse_when(
        OK CHUNKED "\r\n1;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\nx\r\n0\r\n\r\n", &how,
        "chunk sizes, extensions and trailers");
    refuse_when(
        OK CHUNKED "\r\n0\r\na: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n\r\n", &how,
        "chunk sizes, extensions and trailers");
}
