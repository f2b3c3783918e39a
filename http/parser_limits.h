/* The limits of a request, above which it is refused. */
#ifndef HOB_HTTP_PARSER_LIMITS_H
#define HOB_HTTP_PARSER_LIMITS_H

#include <stddef.h>

#include "base/span.h"

/* In bytes, except for the count. */
struct parser_limits {
    size_t target;       /* above it 414 */
    size_t head;         /* request line and header fields on the wire, above it 431 */
    size_t header_count; /* beyond it 431 */
    /*
     * Bytes of a chunked body besides its content: sizes, extensions, line breaks, trailers. Each
     * chunk adds CHUNK_FRAMING to it. Above it 400, or 431 in the trailers.
     */
    size_t framing;
};

/* Bytes that the strings of a head take at most: see http/head.h. */
static inline size_t parser_room(const struct parser_limits *limits)
{
    return limits->head + limits->target + 1 + SPAN_ROOM;
}

enum {
    CHUNK_FRAMING = 16, /* more than a plain chunk needs: a size and two line breaks */
};

#endif
