/* RFC 9110: what the methods, statuses and fields mean. */
#include "bytes.h"

#define EXPECTING POST HOST "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n"

/* A case is one line, or its name stands above its bytes. */
/* clang-format off */
static const struct http_case semantics[] = {
    {"HEAD", "9110 9.3.2", LINE("HEAD /"), SERVED},
    {"HEAD of an error", "9110 9.3.2", LINE("HEAD /none"), {404}, KEPT, .routing = true},
    {"HEAD that is refused", "9110 9.3.2", SEND("HEAD / HTTP/1.1\r\n\r\n"), REFUSED},
    {"HEAD with a target that is too long", "9110 9.3.2",
     LINE("HEAD /~"), {414}, CLOSED, .http2 = 431, .times = 40000},
    {"unknown path", "9110 15.5.5", LINE("GET /none"), {404}, KEPT, .routing = true},
    {"method that the path has not", "9110 15.5.6", LINE("PUT /"), {405}, KEPT, .routing = true},
    {"method that the path has not, with a body", "9110 15.5.6",
     SEND("PUT / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello"), {405}, KEPT,
     .routing = true},
    {"method that no path has", "9110 15.5.6", LINE("PROPFIND /"), {405}, KEPT, .routing = true},
    {"TRACE", "9110 9.3.8", LINE("TRACE /"), {405}, KEPT, .routing = true},
    {"OPTIONS", "9110 9.3.7", LINE("OPTIONS /"), {204}, KEPT, .routing = true},
    {"OPTIONS with a body", "9110 9.3.7",
     SEND("OPTIONS / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello"), {204}, KEPT,
     .routing = true},
    {"OPTIONS of a host", "9112 3.2.4", LINE("OPTIONS http://h"), {204}, KEPT, .routing = true},
    {"DELETE with a body", "9110 9.3.5",
     SEND("DELETE / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello"), {405}, KEPT,
     .routing = true},

    /* Content. */
    {"204", "9110 15.3.5", LINE("GET /204"), {204}, KEPT},
    {"205", "9110 15.3.6", LINE("GET /205"), {205}, KEPT},
    {"304", "9110 15.4.5", LINE("GET /304"), {304}, KEPT},
    {"204 to HEAD", "9110 9.3.2", LINE("HEAD /204"), {204}, KEPT},

    /* Expect. */
    {"body is asked for", "9110 10.1.1", SEND(EXPECTING), {100}, WAITS},
    {"body is there before it is asked for", "9110 10.1.1", SEND(EXPECTING "hello"), SERVED},
    {"body is asked for in upper case", "9110 10.1.1",
     SEND(POST HOST "Content-Length: 5\r\nExpect: 100-Continue\r\n\r\n"), {100}, WAITS},
    {"chunked body is asked for", "9110 10.1.1",
     SEND(POST HOST CHUNKED "Expect: 100-continue\r\n\r\n"), {100}, WAITS},
    {"body is not wanted", "9110 10.1.1",
     SEND("POST /unread HTTP/1.1\r\n" HOST "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n"),
     {200}, CLOSED, .routing = true},
    {"nothing to ask for", "9110 10.1.1", SEND(GET HOST "Expect: 100-continue\r\n\r\n"), SERVED},
    {"HTTP/1.0 is not asked for its body", "9110 10.1.1",
     SEND("POST / HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello"), {200},
     CLOSED},
    {"another expectation", "9110 10.1.1",
     SEND(GET HOST "Expect: a miracle\r\n\r\n"), {417}, CLOSED},
    {"empty expectation", "9110 10.1.1", SEND(GET HOST "Expect:\r\n\r\n"), {417}, CLOSED},
    {"two expectations", "9110 10.1.1",
     SEND(POST HOST "Content-Length: 5\r\nExpect: 100-continue, x\r\n\r\nhello"), {417}, CLOSED},
    {"the same expectation twice", "9110 10.1.1",
     SEND(POST HOST "Content-Length: 5\r\nExpect: 100-continue\r\nExpect: 100-continue\r\n\r\nhello"
          ), SERVED, .note = "the field is a list"},
    {"almost the expectation", "9110 10.1.1",
     SEND(POST HOST "Content-Length: 5\r\nExpect: 100-continued\r\n\r\nhello"), {417}, CLOSED},

    /* Pipelining. */
    {"four requests", "9112 9.3.2",
     SEND(GET HOST END POST HOST "Content-Length: 5\r\n\r\nhello" GET HOST END GET HOST END),
     {200, 200, 200, 200}, KEPT},
    {"a good and a bad one", "9112 9.3.2",
     SEND(GET HOST END "GET /\x01 HTTP/1.1\r\n" HOST END GET HOST END), {200, 400}, CLOSED,
     .note = "the good one came first"},
    {"a bad one before a good one", "9112 9.3.2", SEND(GET END GET HOST END), REFUSED},
};
/* clang-format on */

const struct case_table semantics_cases = {"semantics", semantics, COUNT(semantics)};
