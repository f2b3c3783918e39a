/*
 * The request line, "METHOD SP target SP HTTP/1.1 CR LF" (RFC 9112 section 3), and empty lines
 * before it. llhttp does not read it, because it accepts RTSP and ICE as HTTP, and has one error
 * for all unknown methods.
 */
#ifndef HOB_HTTP_REQUEST_LINE_H
#define HOB_HTTP_REQUEST_LINE_H

#include <llhttp.h>
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
    size_t length;          /* of the received bytes of this part */
    char name[33];          /* of the received bytes of the method; ended by NUL */
    llhttp_method_t method; /* once it is a known one, even if the line is refused later */
    unsigned marks;         /* CHAR_MARK if the target has any */
    unsigned minor;         /* of the version: 0, or 1 for any later one */
    int status;             /* when refused: the status to answer */
    const char *rule; /* when refused: the rule that was broken; NULL for the target's limit */
};

/*
 * Reads up to `size` bytes and returns how many it took. It stops where the line is done or
 * refused. The target becomes the head's first string, not yet ended; if it is longer than
 * `target_limit`, the line is refused with 414. Its initial state is all zero.
 */
size_t request_line_feed(
    struct request_line *self, struct head *head, size_t target_limit, const char *data,
    size_t size);

/* Returns the llhttp_method_t of a name, which is case-sensitive (RFC 9110 section 9.1), or -1. */
int method_named(const char *name, size_t length);

/* Returns the rule by which this method, or -1, is refused with status 501. NULL if it is not. */
const char *method_refusal(int method);

#endif
