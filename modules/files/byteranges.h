/* Several parts of some content as one: multipart/byteranges (RFC 9110 section 14.6). */
#ifndef HOB_MODULES_FILES_BYTERANGES_H
#define HOB_MODULES_FILES_BYTERANGES_H

#include <stddef.h>
#include <stdint.h>

#include "hob/http.h"

struct byteranges {
    char boundary[33]; /* 128 random bits in hexadecimal, so it does not occur in the content */
    const char *type;  /* of the content */
    uint64_t size;     /* of all the content */
};

/* Makes the boundary. Returns 0, or a negative errno of getrandom(2). */
int byteranges_init(struct byteranges *self, const char *type, uint64_t size);

/*
 * Writes what comes before a part, or before the end if `part` is NULL, as snprintf(3) does.
 * Returns its length.
 */
size_t
byteranges_delimit(const struct byteranges *self, const hob_range *part, char *text, size_t size);

/* Bytes of the parts and of what comes before, between and behind them. */
uint64_t byteranges_length(const struct byteranges *self, const hob_ranges *parts);

/* Room for "bytes 0-1/2" with the largest numbers. */
#define CONTENT_RANGE_SIZE 80

/* Writes the value of Content-Range for a part of `size` bytes of content (section 14.4). */
void content_range_format(
    char text[static CONTENT_RANGE_SIZE], const hob_range *part, uint64_t size);

#endif
