#include "tests/support/bytes.h"
#include "tests/support/criterion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *allocate_exactly(size_t size)
{
    void *memory = malloc(size);
    cr_assert(memory || size == 0);
    return memory;
}

void *copy_exactly(const void *data, size_t size)
{
    return memcpy(allocate_exactly(size), data, size);
}

void append_bytes(char **text, size_t *length, const char *more, size_t size)
{
    *text = realloc(*text, *length + size + 1);
    cr_assert_not_null(*text);
    memcpy(*text + *length, more, size);
    *length += size;
    (*text)[*length] = '\0';
}

const char *printable(const char *bytes, size_t length)
{
    static char text[320];
    const char *const last = text + sizeof(text) - sizeof("\\x..") - sizeof("...");
    char *at = text;
    for (size_t i = 0; i < length && at < last; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (c == '\r' || c == '\n')
            at += sprintf(at, c == '\r' ? "\\r" : "\\n");
        else
            at += sprintf(at, c < ' ' || c > '~' ? "\\x%02x" : "%c", c);
    }
    stpcpy(at, at < last ? "" : "...");
    return text;
}
