/* RFC 9113 sections 3, 4 and 6: frames. */
#include "http2_frames.h"

#define ONE       "\0\0\0\1"
#define MUCH      "\x7f\xff\xff\xff"
#define KIB_OF(n) .length = ((n)*1024)

/* clang-format off */
static const struct http2_case frames[] = {
    {"first frame is not SETTINGS", "9113 3.4", ENDS(PROTOCOL_ERROR),
     {FRAME(PING, 0, .length = 8)}, .without_settings = true},
    {"reserved bit", "9113 4.1", ANSWERS(200),
     {{HTTP2_HEADERS, END_HEADERS | END_STREAM, 0x80000001, .fields = GET}}},
    {"unknown flags", "9113 4.1", ANSWERS(200),
     {{HTTP2_HEADERS, END_HEADERS | END_STREAM | 0xd2, 1, .fields = GET}}},
    {"frame of 16,384 bytes", "9113 4.2", ANSWERS(200),
     {HEAD(POST), {HTTP2_DATA, END_STREAM, 1, KIB_OF(16)}}},
    {"DATA of more", "9113 4.2", ENDS(FRAME_SIZE_ERROR),
     {HEAD(POST), {HTTP2_DATA, END_STREAM, 1, .length = 16385}}},
    {"HEADERS of more", "9113 4.2", ENDS(FRAME_SIZE_ERROR),
     {{HTTP2_HEADERS, END_HEADERS, 1, .length = 16385}}},
    {"unknown frame", "9113 5.5", ANSWERS(200), {FRAME(0x77, 0, .length = 20), WHOLE(GET)}},
    {"unknown frame of a stream", "9113 5.5", ANSWERS(200),
     {HEAD(POST), FRAME(0x77, 1, .length = 20), LAST("x")}},
    {"unknown frame within a head", "9113 5.5", ENDS(PROTOCOL_ERROR),
     {HALF(GET), FRAME(0x77, 1, .length = 1)}},

    /* DATA. */
    {"DATA of the connection", "9113 6.1", ENDS(PROTOCOL_ERROR),
     {FRAME(HTTP2_DATA, 0, BYTES("x"))}},
    {"DATA with padding", "9113 6.1", ANSWERS(200),
     {HEAD(POST "content-length: 1\n"), {HTTP2_DATA, PADDED | END_STREAM, 1, BYTES("\x2x\0\0")}}},
    {"DATA of nothing but padding", "9113 6.1", ANSWERS(200),
     {HEAD(POST), {HTTP2_DATA, PADDED | END_STREAM, 1, BYTES("\x2\0\0")}}},
    {"DATA with more padding than payload", "9113 6.1", ENDS(PROTOCOL_ERROR),
     {HEAD(POST), {HTTP2_DATA, PADDED | END_STREAM, 1, BYTES("\x9x")}}},
    {"DATA without the length of its padding", "9113 6.1", ENDS(PROTOCOL_ERROR),
     {HEAD(POST), {HTTP2_DATA, PADDED | END_STREAM, 1}},
     .note = "section 4.2 wants FRAME_SIZE_ERROR"},

    /* HEADERS. */
    {"HEADERS of the connection", "9113 6.2", ENDS(PROTOCOL_ERROR),
     {{HTTP2_HEADERS, END_HEADERS | END_STREAM, 0, .fields = GET}}},
    {"HEADERS with more padding than payload", "9113 6.2", ENDS(PROTOCOL_ERROR),
     {{HTTP2_HEADERS, END_HEADERS | END_STREAM | PADDED, 1, BYTES("\x9x")}}},
    {"HEADERS with half a priority", "9113 6.2", ENDS(FRAME_SIZE_ERROR),
     {{HTTP2_HEADERS, END_HEADERS | END_STREAM | PRIORITISED, 1, .length = 4}}},

    /* PRIORITY. */
    {"PRIORITY", "9113 6.3", ANSWERS(200),
     {FRAME(PRIORITY, 1, BYTES("\0\0\0\x3\x10")), WHOLE(GET)}},
    {"PRIORITY of the connection", "9113 6.3", ANSWERS(200),
     {FRAME(PRIORITY, 0, .length = 5), WHOLE(GET)},
     .note = "the RFC wants an error, but has removed priorities"},
    {"PRIORITY of 4 bytes", "9113 6.3", ENDS(FRAME_SIZE_ERROR),
     {HEAD(POST), FRAME(PRIORITY, 1, .length = 4), LAST("")},
     .note = "the RFC allows to end the connection for an error of a stream"},
    {"PRIORITY that depends on itself", "9113 5.3.2", ANSWERS(200),
     {HEAD(POST), FRAME(PRIORITY, 1, BYTES("\0\0\0\x1\x10")), LAST("")}},

    /* RST_STREAM. */
    {"RST_STREAM of the connection", "9113 6.4", ENDS(PROTOCOL_ERROR),
     {FRAME(HTTP2_RST_STREAM, 0, .length = 4)}},
    {"RST_STREAM of 3 bytes", "9113 6.4", ENDS(FRAME_SIZE_ERROR),
     {HEAD(POST), FRAME(HTTP2_RST_STREAM, 1, .length = 3)}},

    /* SETTINGS. */
    {"SETTINGS of a stream", "9113 6.5", ENDS(PROTOCOL_ERROR), {FRAME(SETTINGS, 1)}},
    {"SETTINGS of 5 bytes", "9113 6.5", ENDS(FRAME_SIZE_ERROR), {FRAME(SETTINGS, 0, .length = 5)}},
    {"acknowledgement with settings", "9113 6.5", ENDS(FRAME_SIZE_ERROR),
     {{SETTINGS, ACK, 0, .length = 6}}},
    {"ENABLE_PUSH of 2", "9113 6.5.2", ENDS(PROTOCOL_ERROR),
     {FRAME(SETTINGS, 0, BYTES("\0\x2\0\0\0\x2"))}},
    {"INITIAL_WINDOW_SIZE of 2^31", "9113 6.5.2", ENDS(FLOW_CONTROL_ERROR),
     {FRAME(SETTINGS, 0, BYTES("\0\x4\x80\0\0\0"))}},
    {"MAX_FRAME_SIZE of 1", "9113 6.5.2", ENDS(PROTOCOL_ERROR),
     {FRAME(SETTINGS, 0, BYTES("\0\x5\0\0\0\x1"))}},
    {"MAX_FRAME_SIZE of 2^24", "9113 6.5.2", ENDS(PROTOCOL_ERROR),
     {FRAME(SETTINGS, 0, BYTES("\0\x5\x1\0\0\0"))}},
    {"unknown setting", "9113 6.5.2", ANSWERS(200),
     {FRAME(SETTINGS, 0, BYTES("\xab\xcd\0\0\0\x1")), WHOLE(GET)}},

    /* PUSH_PROMISE, PING, GOAWAY. */
    {"PUSH_PROMISE", "9113 6.6", ENDS(PROTOCOL_ERROR),
     {{PUSH_PROMISE, END_HEADERS, 1, .length = 4}}},
    {"PING of a stream", "9113 6.7", ENDS(PROTOCOL_ERROR), {FRAME(PING, 1, .length = 8)}},
    {"PING of 6 bytes", "9113 6.7", ENDS(FRAME_SIZE_ERROR), {FRAME(PING, 0, .length = 6)}},
    {"acknowledgement of a PING that was not sent", "9113 6.7", ANSWERS(200),
     {{PING, ACK, 0, .length = 8}, WHOLE(GET)}},
    {"GOAWAY of a stream", "9113 6.8", ENDS(PROTOCOL_ERROR), {FRAME(GOAWAY, 1, .length = 8)}},

    /* WINDOW_UPDATE. */
    {"WINDOW_UPDATE of 3 bytes", "9113 6.9", ENDS(FRAME_SIZE_ERROR),
     {FRAME(HTTP2_WINDOW_UPDATE, 0, .length = 3)}},
    {"WINDOW_UPDATE of the connection by 0", "9113 6.9", ENDS(PROTOCOL_ERROR),
     {FRAME(HTTP2_WINDOW_UPDATE, 0, .length = 4)}},
    {"WINDOW_UPDATE of a stream by 0", "9113 6.9", ENDS(PROTOCOL_ERROR),
     {HEAD(POST), FRAME(HTTP2_WINDOW_UPDATE, 1, .length = 4)},
     .note = "the RFC allows to end the connection for an error of a stream"},
    {"window of the connection above 2^31 - 1", "9113 6.9.1", ENDS(FLOW_CONTROL_ERROR),
     {FRAME(HTTP2_WINDOW_UPDATE, 0, BYTES(MUCH))}},
    {"window of a stream above 2^31 - 1", "9113 6.9.1", RESETS(FLOW_CONTROL_ERROR),
     {HEAD(POST), FRAME(HTTP2_WINDOW_UPDATE, 1, BYTES(MUCH))}},
    {"window above 2^31 - 1 by a setting", "9113 6.9.2", RESETS(FLOW_CONTROL_ERROR),
     {HEAD(POST), FRAME(HTTP2_WINDOW_UPDATE, 1, BYTES(ONE)),
      FRAME(SETTINGS, 0, BYTES("\0\x4" MUCH))},
     .note = "the RFC wants an error of the connection"},
    {"body beyond its window", "9113 6.9.1", RESETS(FLOW_CONTROL_ERROR),
     {HEAD(WAIT), {HTTP2_DATA, 0, 1, KIB_OF(16)}, {HTTP2_DATA, 0, 1, KIB_OF(16)},
      {HTTP2_DATA, 0, 1, KIB_OF(16)}, {HTTP2_DATA, 0, 1, KIB_OF(16)},
      {HTTP2_DATA, 0, 1, KIB_OF(16)}}},

    /* CONTINUATION. */
    {"head in two frames", "9113 6.10", ANSWERS(200),
     {HALF(":method: GET\n:scheme: http\n"),
      {HTTP2_CONTINUATION, END_HEADERS, 1, .fields = ":path: /\n:authority: h\n"}}},
    {"CONTINUATION without HEADERS", "9113 6.10", ENDS(PROTOCOL_ERROR),
     {{HTTP2_CONTINUATION, END_HEADERS, 1, .fields = GET}}},
    {"CONTINUATION behind END_HEADERS", "9113 6.10", ENDS(PROTOCOL_ERROR),
     {HEAD(POST), {HTTP2_CONTINUATION, END_HEADERS, 1, .fields = "a: b\n"}}},
    {"CONTINUATION of another stream", "9113 6.10", ENDS(PROTOCOL_ERROR),
     {HALF(GET), {HTTP2_CONTINUATION, END_HEADERS, 3, .fields = "a: b\n"}}},
    {"CONTINUATION of the connection", "9113 6.10", ENDS(PROTOCOL_ERROR),
     {HALF(GET), {HTTP2_CONTINUATION, END_HEADERS, 0, .fields = "a: b\n"}}},
    {"PING within a head", "9113 6.10", ENDS(PROTOCOL_ERROR),
     {HALF(GET), FRAME(PING, 0, .length = 8)}},
    {"DATA within a head", "9113 6.10", ENDS(PROTOCOL_ERROR), {HALF(POST), LAST("x")}},
    {"HEADERS of another stream within a head", "9113 6.10", ENDS(PROTOCOL_ERROR),
     {HALF(GET), {HTTP2_HEADERS, END_HEADERS | END_STREAM, 3, .fields = GET}}},
};
/* clang-format on */

const struct http2_table http2_frame_cases = {"frames", frames, COUNT(frames)};
