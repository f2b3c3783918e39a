/* How the cases of HTTP/2 are written. */
#ifndef HOB_TESTS_CONFORMANCE_HTTP2_FRAMES_H
#define HOB_TESTS_CONFORMANCE_HTTP2_FRAMES_H

#include "http2.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* The outcome. */
#define ANSWERS(status)                                                                            \
    {                                                                                              \
        ANSWERED, status                                                                           \
    }
#define SILENCE                                                                                    \
    {                                                                                              \
        ANSWERED, 0                                                                                \
    }
#define RESETS(error)                                                                              \
    {                                                                                              \
        RESET, NGHTTP2_##error                                                                     \
    }
#define ENDS(error)                                                                                \
    {                                                                                              \
        ENDED, NGHTTP2_##error                                                                     \
    }

/* Fields. */
#define REQUEST(method, path) ":method: " method "\n:scheme: http\n:authority: h\n:path: " path "\n"
#define GET                   REQUEST("GET", "/")
#define POST                  REQUEST("POST", "/")
#define WAIT                  REQUEST("GET", "/wait") /* which hob does not answer */

/* Frames. */
#define BYTES(text) .bytes = (text), .length = sizeof(text) - 1
#define WHOLE(head)                                                                                \
    {                                                                                              \
        HTTP2_HEADERS, END_HEADERS | END_STREAM, 1, .fields = (head)                               \
    }
#define HEAD(head)                                                                                 \
    {                                                                                              \
        HTTP2_HEADERS, END_HEADERS, 1, .fields = (head)                                            \
    } /* of a body */
#define HALF(head)                                                                                 \
    {                                                                                              \
        HTTP2_HEADERS, END_STREAM, 1, .fields = (head)                                             \
    } /* of a head */
#define BLOCK(text)                                                                                \
    {                                                                                              \
        HTTP2_HEADERS, END_HEADERS | END_STREAM, 1, BYTES(text)                                    \
    }
#define DATA(text)                                                                                 \
    {                                                                                              \
        HTTP2_DATA, 0, 1, BYTES(text)                                                              \
    }
#define LAST(text)                                                                                 \
    {                                                                                              \
        HTTP2_DATA, END_STREAM, 1, BYTES(text)                                                     \
    }
#define FRAME(type, ...)                                                                           \
    {                                                                                              \
        type, 0, __VA_ARGS__                                                                       \
    }

#endif
