/* RFC 9113 sections 5 and 8.1: the states of streams, and the frames of a request. */
#include "http2_frames.h"

/* clang-format off */
static const struct http2_case streams[] = {
    {"request", "9113 8.1", ANSWERS(200), {WHOLE(GET)}},
    {"request with a body", "9113 8.1", ANSWERS(200), {HEAD(POST), DATA("hello"), LAST("x")}},
    {"request with an empty body", "9113 8.1", ANSWERS(200), {HEAD(POST), LAST("")}},

    /* Idle. */
    {"DATA of an idle stream", "9113 5.1", ENDS(PROTOCOL_ERROR), {LAST("x")}},
    {"RST_STREAM of an idle stream", "9113 5.1", ENDS(PROTOCOL_ERROR),
     {FRAME(HTTP2_RST_STREAM, 1, BYTES("\0\0\0\x8"))}},
    {"WINDOW_UPDATE of an idle stream", "9113 5.1", ENDS(PROTOCOL_ERROR),
     {FRAME(HTTP2_WINDOW_UPDATE, 1, BYTES("\0\0\0\x8"))}},

    /* Half-closed, and closed. */
    {"DATA behind END_STREAM", "9113 5.1", ENDS(STREAM_CLOSED), {WHOLE(WAIT), LAST("x")}},
    {"HEADERS behind END_STREAM", "9113 5.1", ENDS(STREAM_CLOSED), {WHOLE(WAIT), WHOLE("a: b\n")}},
    {"WINDOW_UPDATE behind END_STREAM", "9113 5.1", ANSWERS(200),
     {WHOLE(GET), FRAME(HTTP2_WINDOW_UPDATE, 1, BYTES("\0\0\0\x8"))}},
    {"PRIORITY behind END_STREAM", "9113 5.1", ANSWERS(200),
     {WHOLE(GET), FRAME(PRIORITY, 1, BYTES("\0\0\0\x3\x10"))}},
    {"DATA behind RST_STREAM", "9113 5.1", SILENCE,
     {HEAD(POST), FRAME(HTTP2_RST_STREAM, 1, BYTES("\0\0\0\x8")), LAST("x")}},
    {"HEADERS behind RST_STREAM", "9113 5.1", SILENCE,
     {HEAD(POST), FRAME(HTTP2_RST_STREAM, 1, BYTES("\0\0\0\x8")), WHOLE("a: b\n")}},
    {"RST_STREAM behind RST_STREAM", "9113 5.1", SILENCE,
     {HEAD(POST), FRAME(HTTP2_RST_STREAM, 1, BYTES("\0\0\0\x8")),
      FRAME(HTTP2_RST_STREAM, 1, BYTES("\0\0\0\x8"))}},
    {"WINDOW_UPDATE behind RST_STREAM", "9113 5.1", SILENCE,
     {HEAD(POST), FRAME(HTTP2_RST_STREAM, 1, BYTES("\0\0\0\x8")),
      FRAME(HTTP2_WINDOW_UPDATE, 1, BYTES("\0\0\0\x8"))}},

    /* Identifiers. */
    {"stream of an even number", "9113 5.1.1", ENDS(PROTOCOL_ERROR),
     {{HTTP2_HEADERS, END_HEADERS | END_STREAM, 2, .fields = GET}}},
    {"stream of a lower number than before", "9113 5.1.1", SILENCE,
     {{HTTP2_HEADERS, END_HEADERS | END_STREAM, 3, .fields = WAIT},
      {HTTP2_HEADERS, END_HEADERS | END_STREAM, 1, .fields = GET}},
     .note = "the RFC wants an error; nghttp2 does not know that the stream was never opened"},

    /* Trailers. */
    {"trailers", "9113 8.1", ANSWERS(200), {HEAD(POST), DATA("x"), WHOLE("a: b\n")}},
    {"trailers without END_STREAM", "9113 8.1", RESETS(PROTOCOL_ERROR),
     {HEAD(POST), HEAD("a: b\n")}},
    {"trailers with a pseudo-field", "9113 8.1", RESETS(PROTOCOL_ERROR),
     {HEAD(POST), DATA("x"), WHOLE(":path: /\n")}},
    {"trailers with Connection", "9113 8.2.2", RESETS(PROTOCOL_ERROR),
     {HEAD(POST), DATA("x"), WHOLE("connection: close\n")}},
    {"trailers with a name in upper case", "9113 8.2.1", RESETS(PROTOCOL_ERROR),
     {HEAD(POST), DATA("x"), WHOLE("A: b\n")}},

    /* Content-Length. */
    {"body of its Content-Length", "9113 8.1.1", ANSWERS(200),
     {HEAD(POST "content-length: 1\n"), LAST("x")}},
    {"body shorter than its Content-Length", "9113 8.1.1", RESETS(PROTOCOL_ERROR),
     {HEAD(POST "content-length: 3\n"), LAST("x")}},
    {"body longer than its Content-Length", "9113 8.1.1", RESETS(PROTOCOL_ERROR),
     {HEAD(POST "content-length: 1\n"), LAST("xyz")}},
    {"longer by a second frame", "9113 8.1.1", RESETS(PROTOCOL_ERROR),
     {HEAD(POST "content-length: 1\n"), DATA("x"), LAST("y")}},
    {"no body for a Content-Length", "9113 8.1.1", RESETS(PROTOCOL_ERROR),
     {WHOLE(POST "content-length: 1\n")}},
    {"trailers behind too short a body", "9113 8.1.1", RESETS(PROTOCOL_ERROR),
     {HEAD(POST "content-length: 3\n"), DATA("x"), WHOLE("a: b\n")}},
};
/* clang-format on */

const struct http2_table http2_stream_cases = {"streams", streams, COUNT(streams)};
