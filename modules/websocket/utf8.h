/* UTF-8 (RFC 3629) that comes in pieces. */
#ifndef HOB_MODULES_WEBSOCKET_UTF8_H
#define HOB_MODULES_WEBSOCKET_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All 0 at the beginning of a text. */
struct utf8 {
    uint8_t missing; /* bytes of the character that has begun */
    uint8_t low;     /* the range of the next of them */
    uint8_t high;
};

/* Returns false at the first byte with which no text can begin or continue. */
bool utf8_feed(struct utf8 *self, const char *text, size_t size);

/* Whether the text may end here. */
static inline bool utf8_is_whole(const struct utf8 *self)
{
    return self->missing == 0;
}

/* Whether all of this is UTF-8. */
bool utf8_is_valid(const char *text, size_t size);

#endif
