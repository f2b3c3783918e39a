/* The Range header: which parts of some content a client wants (RFC 9110 section 14.2). */
#ifndef HOB_HTTP_RANGE_H
#define HOB_HTTP_RANGE_H

#include <stddef.h>
#include <stdint.h>

struct range {
    uint64_t first; /* offset of the first byte */
    uint64_t length;
};

/* More in one request are a broken client or an attack (RFC 9110 section 17.15). */
enum { RANGES_AT_MOST = 64 };

/* Parts that neither overlap nor adjoin, in the order in which the client wants them. */
struct ranges {
    struct range list[RANGES_AT_MOST];
    size_t count;
};

enum range_answer {
    RANGE_ALL,           /* there is no range, or none that is understood: status 200 */
    RANGE_PARTS,         /* one or more: status 206 */
    RANGE_UNSATISFIABLE, /* all of them lie beyond the end: status 416 */
};

/*
 * Parses the header's value, which may be NULL, for content of `size` bytes. Sets *ranges to the
 * parts to be sent; there are none unless RANGE_PARTS is returned.
 *
 * Ranges that overlap or adjoin become one, so that the parts are never more than the content. For
 * more than RANGES_AT_MOST, and for any range of empty content, which Content-Range cannot
 * describe, all of the content is sent. Section 14.2 allows all three.
 */
enum range_answer range_parse(const char *value, uint64_t size, struct ranges *ranges);

#endif
