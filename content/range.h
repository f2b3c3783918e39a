/* The Range header: the parts of some content that a client requests (RFC 9110 section 14.2). */
#ifndef HOB_CONTENT_RANGE_H
#define HOB_CONTENT_RANGE_H

#include <stdint.h>

#include "hob/http.h"

/* The status that the header leads to. */
enum range_answer {
    RANGE_ALL = 200,           /* there is no valid range */
    RANGE_PARTS = 206,         /* there is at least one range */
    RANGE_UNSATISFIABLE = 416, /* all of them lie beyond the end */
};

/*
 * Parses the header's value, which may be NULL, for content of `size` bytes. Sets *ranges to the
 * parts to send; there are none unless it returns RANGE_PARTS.
 *
 * Ranges that overlap or adjoin become one, so that the parts are never longer than the content.
 * For more than HOB_RANGES_MAX ranges, and for any range of empty content, which Content-Range
 * cannot describe, it returns RANGE_ALL. Section 14.2 allows all three.
 */
enum range_answer range_parse(const char *value, uint64_t size, hob_ranges *ranges);

#endif
