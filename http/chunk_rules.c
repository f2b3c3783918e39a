#include "chunk_rules.h"

#include <string.h>

#include "parser_limits.h"
#include "syntax.h"

const char *chunk_rules_begin(struct chunk_rules *self, uint64_t size)
{
    self->framing_left += CHUNK_FRAMING;
    return size > INT64_MAX ? "the chunk size overflows (RFC 9112 section 7.1)" : NULL;
}

/*
 * A quoted string has no DEL (RFC 9110 section 5.6.4), but llhttp 9.2 accepts it. The message is
 * that of llhttp for other invalid characters.
 */
const char *chunk_rules_check_extension(struct chunk_rules *self, const char *value, size_t length)
{
    self->refused = memchr(value, 0x7f, length);
    return self->refused ? "Invalid character in chunk extensions quoted value" : NULL;
}

int chunk_rules_add_trailer(struct chunk_rules *self, const char *name, size_t length)
{
    chunk_rules_add_value(self, name, length);
    while (length-- > 0 && self->trailer_length < sizeof(self->trailer))
        self->trailer[self->trailer_length++] = *name++;
    return 0;
}

/* llhttp refuses Transfer-Encoding in a trailer, but 9.2 accepts an empty one. */
const char *chunk_rules_end_trailer(struct chunk_rules *self)
{
    bool is_coding = element_is(self->trailer, self->trailer_length, "transfer-encoding");
    self->trailer_length = 0;
    if (self->trailers)
        trailers_end_name(self->trailers);
    return is_coding ? "a trailer is Transfer-Encoding (RFC 9110 section 6.5.1)" : NULL;
}

int chunk_rules_add_value(struct chunk_rules *self, const char *value, size_t length)
{
    if (self->trailers)
        trailers_append(self->trailers, value, length);
    return 0;
}

int chunk_rules_end_value(struct chunk_rules *self)
{
    if (!self->trailers)
        return 0;
    trailers_end_value(self->trailers);
    return self->trailers->err;
}

size_t chunk_rules_limit_piece(const struct chunk_rules *self, size_t size)
{
    return size <= self->framing_left ? size : self->framing_left + 1;
}

bool chunk_rules_count(struct chunk_rules *self, size_t framing)
{
    bool exceeded = framing > self->framing_left;
    self->framing_left -= exceeded ? self->framing_left : framing;
    return exceeded;
}
