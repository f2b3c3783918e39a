#include "head.h"

#include <string.h>
#include <strings.h>

void head_append(struct head *self, const char *bytes, size_t length)
{
    memcpy(self->data + self->length, bytes, length);
    self->length += length;
}

void head_end_string(struct head *self)
{
    self->data[self->length++] = '\0';
}

const char *head_find(const struct head *self, const char *name)
{
    if (self->authority && strcasecmp(name, "host") == 0)
        return self->data + self->authority;
    const char *at = self->data + self->headers;
    for (size_t i = 0; i < self->header_count; i++) {
        const char *value = at + strlen(at) + 1;
        if (strcasecmp(at, name) == 0)
            return value;
        at = value + strlen(value) + 1;
    }
    return NULL;
}
