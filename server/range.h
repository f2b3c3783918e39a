/* The Range header: which part of some content a client wants (RFC 9110 section 14.2). */
#ifndef HOB_SERVER_RANGE_H
#define HOB_SERVER_RANGE_H

#include <stdint.h>

struct range {
    uint64_t first; /* offset of the first byte */
    uint64_t length;
};

enum range_answer {
    RANGE_ALL,           /* there is no range, or none that is understood: status 200 */
    RANGE_PART,          /* status 206 */
    RANGE_UNSATISFIABLE, /* it lies beyond the end: status 416 */
};

/*
 * Reads the header's value, which may be NULL, for content of `size` bytes. Sets *range to the part
 * of it to be sent, which is all of it unless the answer is RANGE_PART.
 *
 * Several ranges are answered with all of the content, as the RFC allows: a client that wants two
 * parts can ask twice.
 */
enum range_answer range_parse(const char *value, uint64_t size, struct range *range);

#endif
