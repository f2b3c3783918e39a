#include "byteranges.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/random.h>

int byteranges_init(struct byteranges *self, const char *type, uint64_t size)
{
    uint64_t random[2];
    if (getrandom(random, sizeof(random), 0) < 0) /* so few bytes come as a whole */
        return -errno;
    *self = (struct byteranges){.type = type, .size = size};
    snprintf(
        self->boundary, sizeof(self->boundary), "%016" PRIx64 "%016" PRIx64, random[0], random[1]);
    return 0;
}

void content_range_format(
    char text[static CONTENT_RANGE_SIZE], const hob_range *part, uint64_t size)
{
    snprintf(
        text, CONTENT_RANGE_SIZE, "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, part->first,
        part->first + part->length - 1, size);
}

/* The line break is a part of the boundary (RFC 2046 section 5.1.1). zsync needs the first one. */
size_t
byteranges_delimit(const struct byteranges *self, const hob_range *part, char *text, size_t size)
{
    char content_range[CONTENT_RANGE_SIZE];
    if (!part)
        return (size_t)snprintf(text, size, "\r\n--%s--\r\n", self->boundary);
    content_range_format(content_range, part, self->size);
    return (size_t)snprintf(
        text, size, "\r\n--%s\r\nContent-Type: %s\r\nContent-Range: %s\r\n\r\n", self->boundary,
        self->type, content_range);
}

uint64_t byteranges_length(const struct byteranges *self, const hob_ranges *parts)
{
    uint64_t length = byteranges_delimit(self, NULL, NULL, 0);
    for (size_t i = 0; i < parts->count; i++)
        length += byteranges_delimit(self, &parts->list[i], NULL, 0) + parts->list[i].length;
    return length;
}
