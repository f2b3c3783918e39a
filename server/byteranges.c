#include "byteranges.h"

#include <inttypes.h>
#include <stdio.h>

void content_range_format(
    char text[static CONTENT_RANGE_SIZE], const struct range *part, uint64_t size)
{
    snprintf(
        text, CONTENT_RANGE_SIZE, "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, part->first,
        part->first + part->length - 1, size);
}

/* The line break belongs to the boundary (RFC 2046 section 5.1.1). zsync wants the first one, too.
 */
size_t
byteranges_delimit(const struct byteranges *self, const struct range *part, char *text, size_t size)
{
    char content_range[CONTENT_RANGE_SIZE];
    if (!part)
        return (size_t)snprintf(text, size, "\r\n--%s--\r\n", self->boundary);
    content_range_format(content_range, part, self->size);
    return (size_t)snprintf(
        text, size, "\r\n--%s\r\nContent-Type: %s\r\nContent-Range: %s\r\n\r\n", self->boundary,
        self->type, content_range);
}

uint64_t byteranges_length(const struct byteranges *self, const struct ranges *parts)
{
    uint64_t length = byteranges_delimit(self, NULL, NULL, 0);
    for (size_t i = 0; i < parts->count; i++)
        length += byteranges_delimit(self, &parts->list[i], NULL, 0) + parts->list[i].length;
    return length;
}
