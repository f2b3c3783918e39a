/*
 * The rules of HTTP/2 as a table: frames that a client sends, and the error that RFC 9113 requires.
 * The stream that counts is 1. A response shows that nothing was wrong.
 */
#include <math.h>
#include <nghttp2/nghttp2.h>

#include "hob/http2.h"
#include "tests/support/handler_server.h"
#include "tests/support/http2_client.h"
#include "tests/support/test.h"

TestSuite(http2_rules, .timeout = 120);

#define START ":method: GET\n:scheme: http\n:authority: localhost\n"
#define HEAD  START ":path: /other\n"
#define POST  ":method: POST\n:scheme: http\n:authority: localhost\n:path: /body\n"

#define BYTES(text) .bytes = (text), .length = sizeof(text) - 1
#define WHOLE       (END_HEADERS | END_STREAM)

struct sent {
    int type;
    int flags;
    uint32_t stream;
    const char *fields; /* to be encoded, or else: */
    const char *bytes;
    size_t length; /* if there are no bytes, of zeros */
};

enum outcome { STATUS, RESET, CLOSED };

static const char *const outcomes[] = {"status", "reset", "connection error"};

struct rule {
    const char *section; /* of RFC 9113 */
    const char *what;
    enum outcome outcome;
    unsigned code; /* the status, or the error code */
    struct sent sent[4];
};

static const struct rule rules[] = {
    {"3.4",
     "the first frame is not SETTINGS",
     CLOSED,
     NGHTTP2_PROTOCOL_ERROR,
     {{PING, 0, 0, .length = 8}}},
    {"4.1",
     "a reserved bit is ignored",
     STATUS,
     200,
     {{SETTINGS}, {HTTP2_HEADERS, WHOLE, 0x80000001, .fields = HEAD}}},
    {"4.2",
     "a frame is longer than SETTINGS_MAX_FRAME_SIZE",
     CLOSED,
     NGHTTP2_FRAME_SIZE_ERROR,
     {{SETTINGS}, {HTTP2_HEADERS, END_HEADERS, 1, .length = 16385}}},
    {"4.3",
     "the compression is broken",
     CLOSED,
     NGHTTP2_COMPRESSION_ERROR,
     {{SETTINGS}, {HTTP2_HEADERS, WHOLE, 1, BYTES("\xff\xff\xff\xff\xff\xff\xff")}}},
    {"4.3",
     "a table is larger than the setting",
     CLOSED,
     NGHTTP2_COMPRESSION_ERROR,
     {{SETTINGS}, {HTTP2_HEADERS, WHOLE, 1, BYTES("\x3f\xe2\x1f")}}},
    {"5.1",
     "DATA for a stream that was never opened",
     CLOSED,
     NGHTTP2_PROTOCOL_ERROR,
     {{SETTINGS}, {HTTP2_DATA, END_STREAM, 1, BYTES("x")}}},
    {"5.1",
     "RST_STREAM for such a stream",
     CLOSED,
     NGHTTP2_PROTOCOL_ERROR,
     {{SETTINGS}, {HTTP2_RST_STREAM, 0, 1, BYTES("\0\0\0\x8")}}},
    {"5.1",
     "WINDOW_UPDATE for such a stream",
     CLOSED,
     NGHTTP2_PROTOCOL_ERROR,
     {{SETTINGS}, {HTTP2_WINDOW_UPDATE, 0, 1, BYTES("\0\0\0\x8")}}},
    {"5.1",
     "DATA behind END_STREAM",
     CLOSED,
     NGHTTP2_STREAM_CLOSED,
     {{SETTINGS},
      {HTTP2_HEADERS, WHOLE, 1, .fields = START ":path: /wait\n"},
      {HTTP2_DATA, END_STREAM, 1, BYTES("x")}}},
    {"5.1.1",
     "a stream of the client has an even number",
     CLOSED,
     NGHTTP2_PROTOCOL_ERROR,
     {{SETTINGS}, {HTTP2_HEADERS, WHOLE, 2, .fields = HEAD}}},
    {"5.5",
     "a frame of an unknown type is ignored",
     STATUS,
     200,
     {{SETTINGS}, {0x77, 0, 0, .length = 20}, {HTTP2_HEADERS, WHOLE, 1, .fields = HEAD}}},
    {"5.5",
     "... but not within a head",
     CLOSED,
     NGHTTP2_PROTOCOL_ERROR,
     {{SETTINGS}, {HTTP2_HEADERS, END_STREAM, 1, .fields = HEAD}, {0x77, 0, 1, .length = 1}}},
    {"6.1",
     "DATA for the connection",
     CLOSED,
     NGHTTP2_PROTOCOL_ERROR,
     {{SETTINGS}, {HTTP2_DATA, 0, 0, BYTES("x")}}},
    {"6.1",
     "more padding than payload",
     CLOSED,
     NGHTTP2_PROTOCOL_ERROR,
     {{SETTINGS},
      {HTTP2_HEADERS, END_HEADERS, 1, .fields = POST},
      {HTTP2_DATA, PADDED | END_STREAM, 1, BYTES("\x9x")}}},
    {"6.1",
     "padding",
     STATUS,
     200,
     {{SETTINGS},
      {HTTP2_HEADERS, END_HEADERS, 1, .fields = POST "content-length: 1\n"},
      {HTTP2_DATA, PADDED | END_STREAM, 1, BYTES("\x2x\0\0")}}},
    {"6.2",
     "HEADERS for the connection",
     CLOSED,
     NGHTTP2_PROTOCOL_ERROR,
     {{SETTINGS}, {HTTP2_HEADERS, WHOLE, 0, .fields = HEAD}}},
    {"6.3",
     "PRIORITY, which RFC 7540 had, is ignored, even that of the connection",
     STATUS,
     200,
     {{SETTINGS}, {PRIORITY, 0, 0, .length = 5}, {HTTP2_HEADERS, WHOLE, 1, HEAD}}},
    {"6.3",
     "PRIORITY of a stream",
     STATUS,
     200,
     {{SETTINGS}, {PRIORITY, 0, 1, BYTES("\0\0\0\x3\x10")}, {HTTP2_HEADERS, WHOLE, 1, HEAD}}},
    {"6.4",
     "RST_STREAM for the connection",
     CLOSED,
     NGHTTP2_PROTOCOL_ERROR,
     {{SETTINGS}, {HTTP2_RST_STREAM, 0, 0, .length = 4}}},
    {"6.4",
     "RST_STREAM of 3 bytes",
     CLOSED,
     NGHTTP2_FRAME_SIZE_ERROR,
     {{SETTINGS},
      {HTTP2_HEADERS, END_HEADERS, 1, .fields = POST},
      {HTTP2_RST_STREAM, 0, 1, .length = 3}}},
    {"6.5",
     "SETTINGS for a stream",
     CLOSED,
     NGHTTP2_PROTOCOL_ERROR,
     {{SETTINGS}, {SETTINGS, 0, 1, .length = 0}}},
    {"6.5",
     "SETTINGS of 5 bytes",
     CLOSED,
     NGHTTP2_FRAME_SIZE_ERROR,
     {{SETTINGS}, {SETTINGS, 0, 0, .length = 5}}},
    {"6.5",
     "an acknowledgement with settings",
     CLOSED,
     NGHTTP2_FRAME_SIZE_ERROR,
     {{SETTINGS}, {SETTINGS, ACK, 0, .length = 6}}},
    {"6.5.2",
     "SETTINGS_ENABLE_PUSH is 2",
     CLOSED,
     NGHTTP2_PROTOCOL_ERROR,
     {{SETTINGS, 0, 0, BYTES("\0\x2\0\0\0\x2")}}},
    {"6.5.2",
     "SETTINGS_INITIAL_WINDOW_SIZE is 2^31",
     CLOSED,
     NGHTTP2_FLOW_CONTROL_ERROR,
     {{SETTINGS, 0, 0, BYTES("\0\x4\x80\0\0\0")}}},
    {"6.5.2",
     "SETTINGS_MAX_FRAME_SIZE is 1",
     CLOSED,
     NGHTTP2_PROTOCOL_ERROR,
     {{SETTINGS, 0, 0, BYTES("\0\x5\0\0\0\x1")}}},
    {"6.5.2",
     "an unknown setting is ignored",
     STATUS,
     200,
     {{SETTINGS, 0, 0, BYTES("\xab\xcd\0\0\0\x1")}, {HTTP2_HEADERS, WHOLE, 1, .fields = HEAD}}},
    {"6.6",
     "PUSH_PROMISE of a client",
     CLOSED,
     NGHTTP2_PROTOCOL_ERROR,
     {{SETTINGS}, {5, END_HEADERS, 1, .length = 4}}},
    {"6.7",
     "PING for a stream",
     CLOSED,
     NGHTTP2_PROTOCOL_ERROR,
     {{SETTINGS}, {PING, 0, 1, .length = 8}}},
    {"6.7",
     "PING of 6 bytes",
     CLOSED,
     NGHTTP2_FRAME_SIZE_ERROR,
     {{SETTINGS}, {PING, 0, 0, .length = 6}}},
    {"6.8",
     "GOAWAY for a stream",
     CLOSED,
     NGHTTP2_PROTOCOL_ERROR,
     {{SETTINGS}, {GOAWAY, 0, 1, .length = 8}}},
    {"6.9",
     "WINDOW_UPDATE of the connection by 0",
     CLOSED,
     NGHTTP2_PROTOCOL_ERROR,
     {{SETTINGS}, {HTTP2_WINDOW_UPDATE, 0, 0, .length = 4}}},
    {"6.9",
     "WINDOW_UPDATE of a stream by 0",
     CLOSED,
     NGHTTP2_PROTOCOL_ERROR,
     {{SETTINGS},
      {HTTP2_HEADERS, END_HEADERS, 1, .fields = POST},
      {HTTP2_WINDOW_UPDATE, 0, 1, .length = 4}}},
    {"6.9",
     "WINDOW_UPDATE of 3 bytes",
     CLOSED,
     NGHTTP2_FRAME_SIZE_ERROR,
     {{SETTINGS}, {HTTP2_WINDOW_UPDATE, 0, 0, .length = 3}}},
    {"6.9.1",
     "the window of the connection overflows",
     CLOSED,
     NGHTTP2_FLOW_CONTROL_ERROR,
     {{SETTINGS}, {HTTP2_WINDOW_UPDATE, 0, 0, BYTES("\x7f\xff\xff\xff")}}},
    {"6.10",
     "CONTINUATION without HEADERS",
     CLOSED,
     NGHTTP2_PROTOCOL_ERROR,
     {{SETTINGS}, {HTTP2_CONTINUATION, END_HEADERS, 1, .fields = HEAD}}},
    {"6.10",
     "CONTINUATION for another stream",
     CLOSED,
     NGHTTP2_PROTOCOL_ERROR,
     {{SETTINGS},
      {HTTP2_HEADERS, END_STREAM, 1, .fields = START},
      {HTTP2_CONTINUATION, END_HEADERS, 3, .fields = ":path: /other\n"}}},
    {"6.10",
     "a head in two frames",
     STATUS,
     200,
     {{SETTINGS},
      {HTTP2_HEADERS, END_STREAM, 1, .fields = START},
      {HTTP2_CONTINUATION, END_HEADERS, 1, .fields = ":path: /other\n"}}},
    {"6.10",
     "PING within a head",
     CLOSED,
     NGHTTP2_PROTOCOL_ERROR,
     {{SETTINGS}, {HTTP2_HEADERS, END_STREAM, 1, .fields = HEAD}, {PING, 0, 0, .length = 8}}},
    {"8.1",
     "trailers without END_STREAM",
     RESET,
     NGHTTP2_PROTOCOL_ERROR,
     {{SETTINGS},
      {HTTP2_HEADERS, END_HEADERS, 1, .fields = POST},
      {HTTP2_HEADERS, END_HEADERS, 1, .fields = "a: b\n"}}},
    {"8.1",
     "trailers",
     STATUS,
     200,
     {{SETTINGS},
      {HTTP2_HEADERS, END_HEADERS, 1, .fields = POST},
      {HTTP2_HEADERS, WHOLE, 1, .fields = "a: b\n"}}},
    {"8.1.1",
     "a body is shorter than its Content-Length",
     RESET,
     NGHTTP2_PROTOCOL_ERROR,
     {{SETTINGS},
      {HTTP2_HEADERS, END_HEADERS, 1, .fields = POST "content-length: 3\n"},
      {HTTP2_DATA, END_STREAM, 1, BYTES("x")}}},
    {"8.1.1",
     "a body is longer than its Content-Length",
     RESET,
     NGHTTP2_PROTOCOL_ERROR,
     {{SETTINGS},
      {HTTP2_HEADERS, END_HEADERS, 1, .fields = POST "content-length: 1\n"},
      {HTTP2_DATA, END_STREAM, 1, BYTES("xyz")}}},
};

/* Requests of one HEADERS frame behind SETTINGS. */
struct head_rule {
    const char *section;
    const char *what;
    enum outcome outcome;
    unsigned code;
    const char *fields;
};

static const struct head_rule head_rules[] = {
    {"8.2.1", "a name in upper case", RESET, NGHTTP2_PROTOCOL_ERROR, HEAD "Accept: x\n"},
    {"8.2.1", "a name with a space", RESET, NGHTTP2_PROTOCOL_ERROR, HEAD "a b: x\n"},
    {"8.2.1", "a value with a carriage return", RESET, NGHTTP2_PROTOCOL_ERROR, HEAD "a: x\ry\n"},
    {"8.2.1", "a value that ends with a space", RESET, NGHTTP2_PROTOCOL_ERROR, HEAD "a: x \n"},
    {"8.2.2", "Connection", RESET, NGHTTP2_PROTOCOL_ERROR, HEAD "connection: close\n"},
    {"8.2.2", "Keep-Alive", RESET, NGHTTP2_PROTOCOL_ERROR, HEAD "keep-alive: 1\n"},
    {"8.2.2", "Proxy-Connection", RESET, NGHTTP2_PROTOCOL_ERROR, HEAD "proxy-connection: close\n"},
    {"8.2.2", "Transfer-Encoding", RESET, NGHTTP2_PROTOCOL_ERROR,
     HEAD "transfer-encoding: chunked\n"},
    {"8.2.2", "Upgrade", RESET, NGHTTP2_PROTOCOL_ERROR, HEAD "upgrade: h2c\n"},
    {"8.2.2", "TE: gzip", RESET, NGHTTP2_PROTOCOL_ERROR, HEAD "te: gzip\n"},
    {"8.2.2", "TE: trailers", STATUS, 200, HEAD "te: trailers\n"},
    {"8.3", "an unknown pseudo-field", RESET, NGHTTP2_PROTOCOL_ERROR, HEAD ":x: y\n"},
    {"8.3", "a pseudo-field of responses", RESET, NGHTTP2_PROTOCOL_ERROR, HEAD ":status: 200\n"},
    {"8.3", "a pseudo-field behind a field", RESET, NGHTTP2_PROTOCOL_ERROR,
     START "a: b\n:path: /other\n"},
    {"8.3", "a pseudo-field twice", RESET, NGHTTP2_PROTOCOL_ERROR, HEAD ":path: /other\n"},
    {"8.3.1", "no :method", RESET, NGHTTP2_PROTOCOL_ERROR,
     ":scheme: http\n:authority: localhost\n:path: /other\n"},
    {"8.3.1", "no :scheme", RESET, NGHTTP2_PROTOCOL_ERROR,
     ":method: GET\n:authority: localhost\n:path: /other\n"},
    {"8.3.1", "no :path", RESET, NGHTTP2_PROTOCOL_ERROR, START},
    {"8.3.1", "an empty :path", RESET, NGHTTP2_PROTOCOL_ERROR, START ":path: \n"},
    {"8.3.1", "neither :authority nor Host", RESET, NGHTTP2_PROTOCOL_ERROR,
     ":method: GET\n:scheme: http\n:path: /other\n"},
    {"8.3.1", "Host alone", STATUS, 200,
     ":method: GET\n:scheme: http\n:path: /other\nhost: localhost\n"},
    {"8.3.1", "Host and the same :authority", STATUS, 200, HEAD "host: localhost\n"},
    {"8.3.1", "Host and another :authority", STATUS, 400, HEAD "host: example.org\n"},
    {"8.3.1", "an :authority that is two hosts", STATUS, 400,
     ":method: GET\n:scheme: http\n:authority: a,b\n:path: /other\n"},
    {"8.3.1", "an :authority with user information", STATUS, 400,
     ":method: GET\n:scheme: http\n:authority: user@localhost\n:path: /other\n"},
    {"8.3.1", "OPTIONS *", STATUS, 200,
     ":method: OPTIONS\n:scheme: http\n:authority: localhost\n:path: *\n"},
    {"8.3.1", "GET *", RESET, NGHTTP2_PROTOCOL_ERROR, START ":path: *\n"},
    {"8.3.1", "a :path that is a URL", RESET, NGHTTP2_PROTOCOL_ERROR,
     START ":path: http://localhost/other\n"},
    {"8.3.1", "a :path with a fragment", STATUS, 400, START ":path: /other#x\n"},
    {"8.3.1", "a :path with half an escape", STATUS, 400, START ":path: /other%2\n"},
    {"8.3.1", "a :path above the root", STATUS, 400, START ":path: /../other\n"},
    {"8.3.1", "a :path that is normalised", STATUS, 200, START ":path: /x/../%6fther\n"},
    {"8.3.1", "an unknown method", STATUS, 501,
     ":method: BREW\n:scheme: http\n:authority: localhost\n:path: /other\n"},
    {"8.5", "CONNECT", STATUS, 501, ":method: CONNECT\n:authority: localhost:80\n"},
    {"RFC 9110 10.1.1", "an unknown expectation", STATUS, 417, HEAD "expect: tea\n"},
};

/* GET /wait waits until it is cancelled. Of other requests, the body is read. */
static int read_body(hob_request *req, hob_response *res)
{
    const char *body;
    size_t size;
    if (strcmp(hob_request_path(req), "/wait") == 0)
        return hob_sleep(INFINITY);
    int err = hob_body_all(req, 1000, &body, &size);
    return err < 0 ? err : hob_reply_text(res, 200, "read");
}

static void send_rule(struct http2_client *client, const struct rule *rule)
{
    static const char zeros[20000];
    unsigned char block[500];
    raw_send(&client->raw, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    for (size_t i = 0; i < COUNT(rule->sent); i++) {
        const struct sent *sent = &rule->sent[i];
        bool none = sent->type == 0 && sent->stream == 0 && sent->length == 0;
        if (none)
            continue;
        const void *payload = sent->bytes ? sent->bytes : zeros;
        size_t length = sent->length;
        if (sent->fields) {
            length = http2_encode(sent->fields, block, sizeof(block));
            payload = block;
        }
        http2_send(client, sent->type, sent->flags, sent->stream, payload, length);
    }
}

/* Whether the outcome is that of the rule. */
static bool follows(const struct server *server, const struct rule *rule)
{
    struct http2_client client = http2_connect_silently(server);
    send_rule(&client, rule);
    const struct http2_result *result = http2_result(&client, 1);
    if (rule->outcome == CLOSED)
        http2_receive_all(&client);
    else
        http2_response(&client, 1);
    enum outcome outcome = client.goaway_error ? CLOSED : result->reset ? RESET : STATUS;
    unsigned code = outcome == CLOSED  ? client.goaway_error
                    : outcome == RESET ? result->error
                                       : (unsigned)result->status;
    http2_close(&client);
    bool right = outcome == rule->outcome && code == rule->code;
    if (!right)
        cr_log_error(
            "%s %s: %s %u instead of %s %u", rule->section, rule->what, outcomes[outcome], code,
            outcomes[rule->outcome], rule->code);
    return right;
}

static struct server serve_http2(void)
{
    return serve_within(read_body, (hob_server_options){.http2 = hob_http2()});
}

ServerTest(http2_rules, of_frames, serve_http2())
{
    for (size_t i = 0; i < COUNT(rules); i++)
        cr_expect(follows(&server, &rules[i]));
}

ServerTest(http2_rules, of_heads, serve_http2())
{
    for (size_t i = 0; i < COUNT(head_rules); i++) {
        const struct head_rule *head = &head_rules[i];
        const struct rule rule = {
            head->section,
            head->what,
            head->outcome,
            head->code,
            {{SETTINGS}, {HTTP2_HEADERS, WHOLE, 1, .fields = head->fields}}};
        cr_expect(follows(&server, &rule));
    }
}

/* An error of one connection leaves the others alone. */
ServerTest(http2_rules, an_error_ends_its_connection_only, serve_http2())
{
    struct http2_client other = http2_connect(&server);
    http2_begin_request(&other, 1, "POST /body", "");
    cr_expect(follows(&server, &rules[2]));
    http2_send(&other, HTTP2_DATA, END_STREAM, 1, "x", 1);
    cr_expect_eq(http2_response(&other, 1)->status, 200);
    http2_close(&other);
    cr_expect(server_logs(&server, "ends with error 6"));
}
