/* Results of a fetch when the server, or the network before it, fails. */

#include "hob/client.h"
#include "tests/support/coroutine.h"
#include "tests/support/fake_upstream.h"
#include "tests/support/or_none.h"
#include "tests/support/test.h"

TestSuite(misbehaving_servers, .timeout = 120);

#define OK        "HTTP/1.1 200 OK\r\n"
#define HELLO     OK "Content-Length: 5\r\n\r\nhello"
#define CHUNKED   OK "Transfer-Encoding: chunked\r\n\r\n"
#define TEN(text) text text text text text text text text text text

/* Small limits, and short waits for a server that says nothing. */
static const hob_client_options impatient = {
    .head_timeout = 0.2,
    .read_timeout = 0.2,
    .head_limit = 256,
    .header_limit = 8,
    .interim_limit = 3,
    .body_limit = 40,
};

static const struct bad {
    const char *name;
    struct act act;
    int err;
    const char *text; /* a part of the error's text, or the body if err is 0 */
} cases[] = {
    /* The connection ends. */
    {"ends at once", {NULL, THEN_CLOSE}, -ECONNRESET, "has closed the connection without a resp"},
    {"resets at once", {NULL, THEN_RESET}, -ECONNRESET, "reading from"},
    {"ends in the version", {"HTTP/1", THEN_CLOSE}, -EPROTO, "ended before the head did"},
    {"resets in the version", {"HTTP/1", THEN_RESET}, -ECONNRESET, "reading from"},
    {"ends in a field", {OK "a: b", THEN_CLOSE}, -EPROTO, "ended before the head did"},
    {"resets in a field", {OK "a: b", THEN_RESET}, -ECONNRESET, "reading from"},
    {"ends after 100", {"HTTP/1.1 100\r\n\r\n", THEN_CLOSE}, -EPROTO, "ended before the head did"},
    {"ends in the body",
     {OK "Content-Length: 9\r\n\r\nhello", THEN_CLOSE},
     -EPROTO,
     "ended 4 bytes before the end of the body"},
    {"ends in a chunk", {CHUNKED "9\r\nhello", THEN_CLOSE}, -EPROTO, "before the last chunk"},
    {"ends behind a chunk", {CHUNKED "5\r\nhello\r\n", THEN_CLOSE}, -EPROTO, "the last chunk"},
    {"ends in a size", {CHUNKED "5\r\nhello\r\n1", THEN_CLOSE}, -EPROTO, "the last chunk"},
    {"ends in a trailer", {CHUNKED "0\r\na: b\r\n", THEN_CLOSE}, -EPROTO, "the last chunk"},
    /* It is not HTTP. */
    {"sends a banner", {"220 smtp.example.org ESMTP\r\n", THEN_HOLD}, -EPROTO, "HTTP/1.1"},
    {"sends HTML", {"<html>no head</html>\r\n\r\n", THEN_CLOSE}, -EPROTO, "HTTP/1.1"},
    {"sends TLS", {"\x15\x03\x01\r\n", THEN_HOLD}, -EPROTO, "control character"},
    {"speaks HTTP/2", {"HTTP/2.0 200 OK\r\n\r\n", THEN_CLOSE}, -EPROTO, "HTTP/2.0, not HTTP/1.1"},
    {"speaks RTSP", {"RTSP/1.0 200 OK\r\n\r\n", THEN_CLOSE}, -EPROTO, "HTTP/1.1"},
    {"has status 99", {"HTTP/1.1 099 No\r\n\r\n", THEN_CLOSE}, -EPROTO, "its status is 099"},
    {"has status 1000", {"HTTP/1.1 1000 No\r\n\r\n", THEN_CLOSE}, -EPROTO, "no status"},
    {"switches protocols", {"HTTP/1.1 101 Up\r\n\r\n", THEN_HOLD}, -EPROTO, "switches protocols"},
    {"ends lines with LF", {"HTTP/1.1 200 OK\n\n", THEN_HOLD}, -EPROTO, "without CR"},
    /* Its framing is wrong. */
    {"has two lengths",
     {OK "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", THEN_HOLD},
     -EPROTO,
     "two values of Content-Length"},
    {"has a negative length", {OK "Content-Length: -5\r\n\r\n", THEN_HOLD}, -EPROTO, "no number"},
    {"has a huge length",
     {OK "Content-Length: 99999999999999999999\r\n\r\n", THEN_HOLD},
     -EPROTO,
     "no number"},
    {"has an unknown coding",
     {OK "Transfer-Encoding: gzip, chunked\r\n\r\n", THEN_HOLD},
     -EPROTO,
     "not just chunked"},
    {"has a bad chunk size", {CHUNKED "5 bytes\r\n", THEN_HOLD}, -EPROTO, "chunk size"},
    {"has too long a chunk",
     {CHUNKED "2\r\nhello\r\n", THEN_HOLD},
     -EPROTO,
     "the response is refused"},
    {"has a huge chunk", {CHUNKED "ffffffffffffffff1\r\n", THEN_HOLD}, -EPROTO, "overflow"},
    /* It sends more than it may. */
    {"has an endless line",
     {TEN(TEN("HTTP/1.1 200 OK ")), THEN_HOLD},
     -EOVERFLOW,
     "larger than 256"},
    {"has a large head",
     {OK TEN("a: 0123456789012345678901\r\n"), THEN_HOLD},
     -EOVERFLOW,
     "larger than"},
    {"has many fields", {OK TEN("a: b\r\n"), THEN_HOLD}, -EOVERFLOW, "more than 8 header fields"},
    {"floods with 1xx",
     {TEN("HTTP/1.1 103\r\n\r\n"), THEN_HOLD},
     -EOVERFLOW,
     "more than 3 interim"},
    {"has large extensions",
     {CHUNKED "1;" TEN(TEN("abc")) "\r\nx\r\n0\r\n\r\n", THEN_HOLD},
     -EOVERFLOW,
     "too many bytes of chunk"},
    {"has a large body",
     {OK "Content-Length: 99\r\n\r\n" TEN("abcd"), THEN_HOLD},
     -EOVERFLOW,
     "the body is larger than 40"},
    {"has a large chunked body", {CHUNKED TEN("5\r\nhello\r\n"), THEN_HOLD}, -EOVERFLOW, "than 40"},
    /* It is slow. */
    {"says nothing", {NULL, THEN_HOLD}, -ETIMEDOUT, "reading from"},
    {"stops in the head", {OK "a: b\r\n", THEN_HOLD}, -ETIMEDOUT, "reading from"},
    {"stops after 100", {"HTTP/1.1 100\r\n\r\n", THEN_HOLD}, -ETIMEDOUT, "reading from"},
    {"stops in the body", {OK "Content-Length: 9\r\n\r\nhello", THEN_HOLD}, -ETIMEDOUT, "reading"},
    {"stops in a chunk", {CHUNKED "9\r\nhello", THEN_HOLD}, -ETIMEDOUT, "reading from"},
    /* It is strange, and yet it has to be understood. */
    {"sends byte by byte", {HELLO, THEN_NEXT, .slow = true}, 0, "hello"},
    {"sends chunks byte by byte", {CHUNKED "5\r\nhello\r\n0\r\n\r\n", .slow = true}, 0, "hello"},
    {"sends 100 unasked", {"HTTP/1.1 100 Continue\r\n\r\n" HELLO}, 0, "hello"},
    {"sends hints",
     {"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" HELLO, .slow = true},
     0,
     "hello"},
    {"folds a field", {OK "a: b\r\n c\r\nContent-Length:\r\n 5\r\n\r\nhello"}, 0, "hello"},
    {"speaks HTTP/1.2", {"HTTP/1.2 200 OK\r\nContent-Length: 5\r\n\r\nhello"}, 0, "hello"},
    {"has a tab behind chunked",
     {OK "Transfer-Encoding: chunked\t\r\n\r\n5\r\nhello\r\n0\r\n\r\n"},
     0,
     "hello"},
    {"has trailers", {CHUNKED "5\r\nhello\r\n0\r\na: b\r\n\r\n"}, 0, "hello"},
    {"ends with the connection", {OK "\r\nhello", THEN_CLOSE}, 0, "hello"},
    {"has no content", {"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n"}, 0, ""},
    {"announces no end but ends", {"HTTP/1.0 200 OK\r\n\r\nhello", THEN_CLOSE}, 0, "hello"},
    {"sends junk behind", {HELLO "junk"}, 0, "hello"},
    {"sends two responses", {HELLO HELLO}, 0, "hello"},
    {"sends 408 a little later", {HELLO, .later = "HTTP/1.1 408 Late\r\n\r\n"}, 0, "hello"},
};

static void expect_outcome(const struct bad *bad)
{
    struct fake_upstream upstream;
    hob_client *client;
    hob_bytes body;
    hob_client_counts counts;
    fake_upstream_start(&upstream, &bad->act, 1);
    cr_expect_eq(hob_client_new(&impatient, &client), 0);
    int err = hob_fetch_text(client, upstream.url, &body);
    cr_expect_eq(err, bad->err, "%s: %d %s", bad->name, err, hob_fetch_error(client));
    const char *text = err < 0 ? hob_fetch_error(client) : or_none(body.data);
    cr_expect(strstr(text, bad->text), "%s: %s", bad->name, text);
    cr_expect(err == 0 || strstr(text, upstream.url), "%s: %s", bad->name, text);
    hob_bytes_free(&body);

    hob_client_count(client, &counts);
    cr_expect_eq(counts.requests, 1, "%s: the request was repeated", bad->name);
    cr_expect_eq(counts.open, counts.idle, "%s: the connection is still in use", bad->name);
    cr_expect(err == 0 || counts.open == 0, "%s: the connection was kept", bad->name);
    hob_client_free(client);
    fake_upstream_stop(&upstream);
}

CoroutineTest(misbehaving_servers, get_an_error_that_says_what_was_wrong)
{
    for (size_t i = 0; i < COUNT(cases); i++)
        expect_outcome(&cases[i]);
}

/* The same client goes on with a good server, whatever a bad one has done before. */
CoroutineTest(misbehaving_servers, leave_the_client_whole)
{
    hob_client *client;
    cr_expect_eq(hob_client_new(&impatient, &client), 0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct act acts[] = {cases[i].act, {HELLO}};
        struct fake_upstream upstream;
        hob_bytes body;
        fake_upstream_start(&upstream, acts, 2);
        hob_fetch_text(client, upstream.url, &body);
        hob_bytes_free(&body);
        hob_sleep(cases[i].act.later ? 0.03 : 0);
        int err = hob_fetch_text(client, upstream.url, &body);
        cr_expect_eq(err, 0, "%s: %s", cases[i].name, hob_fetch_error(client));
        cr_expect_str_eq(or_none(body.data), "hello", "%s", cases[i].name);
        hob_bytes_free(&body);
        hob_client_close_idle(client);
        fake_upstream_stop(&upstream);
    }
    hob_client_free(client);
}

/* A good response that is cut at each byte, by the end of the connection and by a reset. */
CoroutineTest(misbehaving_servers, may_break_off_anywhere)
{
    static const char *const responses[] = {HELLO, CHUNKED "5\r\nhello\r\n0\r\n\r\n"};
    hob_client *client;
    cr_expect_eq(hob_client_new(&impatient, &client), 0);
    for (size_t i = 0; i < COUNT(responses); i++) {
        for (size_t length = 0; length < 2 * strlen(responses[i]); length++) {
            char cut[128];
            const struct act act = {cut, length % 2 ? THEN_RESET : THEN_CLOSE};
            struct fake_upstream upstream;
            hob_bytes body;
            snprintf(cut, sizeof(cut), "%.*s", (int)length / 2, responses[i]);
            fake_upstream_start(&upstream, &act, 1);
            int err = hob_fetch_text(client, upstream.url, &body);
            cr_expect(err == -EPROTO || err == -ECONNRESET, "%s: %d", cut, err);
            cr_expect_null(body.data, "%s", cut);
            fake_upstream_stop(&upstream);
        }
    }
    hob_client_free(client);
}
