/*
 * The request line, "METHOD SP target SP HTTP/1.1 CR LF" (RFC 9112 section 3), and the empty lines
 * that may stand before it. It is read here, byte by byte, and llhttp gets it when it is known to
 * be sound: llhttp takes RTSP and ICE for HTTP, and has one error for all methods it does not know.
 */
#ifndef HOB_SERVER_REQUEST_LINE_H
#define HOB_SERVER_REQUEST_LINE_H

#include <stddef.h>

#include "head.h"

enum line_part {
    LINE_EMPTY,    /* before the method */
    LINE_EMPTY_LF, /* the CR of an empty line was read */
    LINE_METHOD,
    LINE_TARGET,
    LINE_TARGET_LF, /* there is no version, but a CR */
    LINE_VERSION,   /* and the end of the line */
    LINE_DONE,
    LINE_REFUSED,
};

struct request_line {
    enum line_part part;
    size_t length;        /* of this part, as far as it was read */
    char method[33];      /* "GET " */
    size_t method_length; /* with its space; 0 until the method is known to be one */
    char version[11];     /* " HTTP/1.1\r\n" */
    int status;           /* when refused: the status to answer */
    const char *rule;     /* when refused: the rule that was broken; NULL for the target's limit */
};

/*
 * Reads up to `size` bytes and returns how many it took. It stops where the line is done or
 * refused. The target becomes the head's first string, not yet ended; if it is longer than
 * `target_limit`, the line is refused with 414. All zero is how it begins.
 */
size_t request_line_feed(
    struct request_line *self, struct head *head, size_t target_limit, const char *data,
    size_t size);

#endif
