/*
 * The answers of a server that sends each message back to the frames of a client, by RFC 6455.
 * Frames are written as "OPCODE:CONTENT", where OPCODE is the first byte in hexadecimal, and "%"
 * with two digits is a byte of the content. In front of the colon there may be
 *
 *     *N     the content is repeated N times
 *     +u     without a mask
 *     +2 +8  the length has 2 or 8 bytes, although fewer would do
 *
 * "raw:BYTES" is not a frame. The answers are written in the same way, but a Close frame as
 * "close:CODE", content of more than 100 bytes as "(N bytes)", and the end of the connection as
 * "end".
 */
#ifndef HOB_TESTS_WEBSOCKET_CASES_H
#define HOB_TESTS_WEBSOCKET_CASES_H

#include <stddef.h>

struct websocket_case {
    const char *section;
    const char *name;
    const char *sent;
    const char *expected;
};

extern const struct websocket_case websocket_cases[];
extern const size_t websocket_case_count;

/* The longest case: a message of one byte more than WEBSOCKET_MESSAGE_LIMIT, the server's limit. */
#define WEBSOCKET_MESSAGE_LIMIT 100000

#endif
