#include "utf8.h"

#include <string.h>

/* How many of the bytes come before the first one that is not ASCII, or some fewer. */
static size_t ascii_length(const char *text, size_t size)
{
    uint64_t word;
    size_t length = 0;
    for (; length + sizeof(word) <= size; length += sizeof(word)) {
        memcpy(&word, text + length, sizeof(word));
        if (word & 0x8080808080808080)
            break;
    }
    return length;
}

/* The first byte of a character of several bytes (RFC 3629 section 4). */
static bool begin_character(struct utf8 *self, uint8_t byte)
{
    *self = (struct utf8){.low = 0x80, .high = 0xbf};
    if (byte >= 0xc2 && byte <= 0xdf) {
        self->missing = 1;
    } else if (byte >= 0xe0 && byte <= 0xef) {
        self->missing = 2;
        self->low = byte == 0xe0 ? 0xa0 : 0x80;  /* or a shorter form would do */
        self->high = byte == 0xed ? 0x9f : 0xbf; /* no surrogates */
    } else if (byte >= 0xf0 && byte <= 0xf4) {
        self->missing = 3;
        self->low = byte == 0xf0 ? 0x90 : 0x80;
        self->high = byte == 0xf4 ? 0x8f : 0xbf; /* up to U+10FFFF */
    }
    return self->missing > 0;
}

static bool feed_byte(struct utf8 *self, uint8_t byte)
{
    if (self->missing == 0)
        return byte < 0x80 || begin_character(self, byte);
    if (byte < self->low || byte > self->high)
        return false;
    *self = (struct utf8){.missing = (uint8_t)(self->missing - 1), .low = 0x80, .high = 0xbf};
    return true;
}

bool utf8_feed(struct utf8 *self, const char *text, size_t size)
{
    size_t i = 0;
    while (i < size) {
        if (self->missing == 0)
            i += ascii_length(text + i, size - i);
        size_t end = size - i < sizeof(uint64_t) ? size : i + sizeof(uint64_t);
        for (; i < end; i++) {
            if (!feed_byte(self, (uint8_t)text[i]))
                return false;
        }
    }
    return true;
}

bool utf8_is_valid(const char *text, size_t size)
{
    struct utf8 utf8 = {0};
    return utf8_feed(&utf8, text, size) && utf8_is_whole(&utf8);
}
