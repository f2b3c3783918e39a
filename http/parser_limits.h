/* How much of a request is read before it is refused. */
#ifndef HOB_HTTP_PARSER_LIMITS_H
#define HOB_HTTP_PARSER_LIMITS_H

#include <stddef.h>

/* All in bytes but for the count. */
struct parser_limits {
    size_t target;       /* beyond it 414 */
    size_t head;         /* request line and header fields on the wire, beyond it 431 */
    size_t header_count; /* beyond it 431 */
    /*
     * What a chunked body may have besides its content: sizes, extensions, line breaks, trailers.
     * Each chunk adds CHUNK_FRAMING to it. Beyond it 400, or 431 if it is in the trailers.
     */
    size_t framing;
};

enum {
    CHUNK_FRAMING = 16, /* more than a plain chunk needs: a size and two line breaks */
};

#endif
