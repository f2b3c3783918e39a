/* The frames of RFC 6455 section 5, as functions over bytes. */
#ifndef HOB_MODULES_WEBSOCKET_FRAME_H
#define HOB_MODULES_WEBSOCKET_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum frame_opcode {
    FRAME_CONTINUATION = 0,
    FRAME_TEXT = 1,
    FRAME_BINARY = 2,
    FRAME_CLOSE = 8, /* this and above: control frames */
    FRAME_PING = 9,
    FRAME_PONG = 10,
};

enum {
    FRAME_CONTROL_MAX = 125, /* bytes of content of a control frame */
    FRAME_HEAD_MAX = 10,     /* bytes of the head of a frame of a server, which has no mask */
};

struct frame {
    enum frame_opcode opcode;
    bool final;      /* the last one of its message */
    uint64_t length; /* bytes of content */
    uint8_t mask[4];
};

/*
 * Parses the head of a client's frame. Returns its size; 0 if more bytes are needed; or -EPROTO,
 * and sets *reason, if a client must not send it.
 */
int frame_parse(const char *data, size_t size, struct frame *frame, const char **reason);

/* Writes the head of a server's frame. Returns its size. */
size_t frame_head(char head[FRAME_HEAD_MAX], enum frame_opcode opcode, bool final, uint64_t length);

/*
 * Removes the mask of `size` bytes that begin `offset` bytes behind the beginning of the content.
 * `to` may be the same as `from` or lie before it.
 */
void frame_unmask(char *to, const char *from, size_t size, const uint8_t mask[4], uint64_t offset);

/* Whether a frame may contain this close code (RFC 6455 section 7.4, and IANA's registry). */
bool frame_may_close_with(unsigned code);

#endif
