/*
 * RFC 9113 sections 8.2 to 8.5: heads, as far as HTTP/1.1 has no such field. The cases of case.h
 * have the others.
 */
#include "http2_frames.h"

#define MALFORMED RESETS(PROTOCOL_ERROR)

/* clang-format off */
static const struct http2_case heads[] = {
    {"name in upper case", "9113 8.2.1", MALFORMED, {WHOLE(GET "Accept: x\n")}},
    {"value that begins with a space", "9113 8.2.1", MALFORMED, {WHOLE(GET "a:  x\n")}},
    {"value that ends with a space", "9113 8.2.1", MALFORMED, {WHOLE(GET "a: x \n")}},
    {"value that ends with a tab", "9113 8.2.1", MALFORMED, {WHOLE(GET "a: x\t\n")}},
    {"name with a colon", "9113 8.2.1", MALFORMED, {WHOLE(GET "a:b: c\n")}},
    {"several Cookies", "9113 8.2.3", ANSWERS(200), {WHOLE(GET "cookie: a=1\ncookie: b=2\n")}},

    /* Fields of a connection. */
    {"Connection", "9113 8.2.2", MALFORMED, {WHOLE(GET "connection: close\n")}},
    {"Keep-Alive", "9113 8.2.2", MALFORMED, {WHOLE(GET "keep-alive: 1\n")}},
    {"Proxy-Connection", "9113 8.2.2", MALFORMED, {WHOLE(GET "proxy-connection: close\n")}},
    {"Transfer-Encoding", "9113 8.2.2", MALFORMED, {WHOLE(GET "transfer-encoding: chunked\n")}},
    {"Upgrade", "9113 8.2.2", MALFORMED, {WHOLE(GET "upgrade: h2c\n")}},
    {"TE: gzip", "9113 8.2.2", MALFORMED, {WHOLE(GET "te: gzip\n")}},
    {"TE: trailers", "9113 8.2.2", ANSWERS(200), {WHOLE(GET "te: trailers\n")}},

    /* Pseudo-fields. */
    {"unknown pseudo-field", "9113 8.3", MALFORMED, {WHOLE(GET ":x: y\n")}},
    {":status", "9113 8.3", MALFORMED, {WHOLE(GET ":status: 200\n")}},
    {"pseudo-field behind a field", "9113 8.3", MALFORMED,
     {WHOLE(":method: GET\n:scheme: http\n:authority: h\na: b\n:path: /\n")}},
    {":path twice", "9113 8.3", MALFORMED, {WHOLE(GET ":path: /\n")}},
    {":method twice", "9113 8.3", MALFORMED, {WHOLE(GET ":method: GET\n")}},
    {":scheme twice", "9113 8.3", MALFORMED, {WHOLE(GET ":scheme: http\n")}},
    {":authority twice", "9113 8.3", MALFORMED, {WHOLE(GET ":authority: h\n")}},
    {"no :method", "9113 8.3.1", MALFORMED, {WHOLE(":scheme: http\n:authority: h\n:path: /\n")}},
    {"no :scheme", "9113 8.3.1", MALFORMED, {WHOLE(":method: GET\n:authority: h\n:path: /\n")}},
    {"no :path", "9113 8.3.1", MALFORMED, {WHOLE(":method: GET\n:scheme: http\n:authority: h\n")}},
    {"empty :path", "9113 8.3.1", MALFORMED, {WHOLE(REQUEST("GET", ""))}},
    {"empty :method", "9113 8.3.1", MALFORMED, {WHOLE(REQUEST("", "/"))}},
    {":path that is a URL", "9113 8.3.1", MALFORMED, {WHOLE(REQUEST("GET", "http://h/"))}},
    {":path with a space", "9113 8.3.1", MALFORMED, {WHOLE(REQUEST("GET", "/a b"))}},
    {"another :scheme", "9113 8.3.1", ANSWERS(200),
     {WHOLE(":method: GET\n:scheme: https\n:authority: h\n:path: /\n")}},

    /* :authority and Host. */
    {"neither :authority nor Host", "9113 8.3.1", MALFORMED,
     {WHOLE(":method: GET\n:scheme: http\n:path: /\n")}},
    {"Host alone", "9113 8.3.1", ANSWERS(200),
     {WHOLE(":method: GET\n:scheme: http\n:path: /\nhost: h\n")}},
    {"Host and the same :authority", "9113 8.3.1", ANSWERS(200), {WHOLE(GET "host: h\n")}},
    {"Host and another :authority", "9113 8.3.1", ANSWERS(400), {WHOLE(GET "host: i\n")}},
    {"two Hosts without :authority", "9113 8.3.1", MALFORMED,
     {WHOLE(":method: GET\n:scheme: http\n:path: /\nhost: h\nhost: i\n")}},
    {":authority of two hosts", "9113 8.3.1", ANSWERS(400),
     {WHOLE(":method: GET\n:scheme: http\n:authority: a,b\n:path: /\n")}},
    {":authority with user information", "9113 8.3.1", ANSWERS(400),
     {WHOLE(":method: GET\n:scheme: http\n:authority: user@h\n:path: /\n")}},

    /* CONNECT. */
    {"CONNECT", "9113 8.5", ANSWERS(501), {WHOLE(":method: CONNECT\n:authority: h:80\n")}},
    {"CONNECT with a :path", "9113 8.5", MALFORMED,
     {WHOLE(":method: CONNECT\n:authority: h:80\n:scheme: http\n:path: /\n")}},
    {"CONNECT without :authority", "9113 8.5", MALFORMED, {WHOLE(":method: CONNECT\n")}},
    {"extended CONNECT", "8441 4", MALFORMED,
     {HEAD(":method: CONNECT\n:protocol: websocket\n:authority: h\n:scheme: http\n:path: /\n")},
     .note = "the server has not sent SETTINGS_ENABLE_CONNECT_PROTOCOL"},
};
/* clang-format on */

const struct http2_table http2_head_cases = {"heads", heads, COUNT(heads)};
