#include "buffer.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void move_to_front(struct buffer *self)
{
    size_t length = buffer_length(self);
    memmove(self->data, self->data + self->start, length);
    self->start = 0;
    self->end = length;
}

int buffer_reserve(struct buffer *self, size_t size)
{
    assert(self->start <= self->end && self->end <= self->capacity);
    if (size <= self->capacity - self->end)
        return 0;
    size_t length = buffer_length(self);
    if (size > SIZE_MAX / 2 - length)
        return -ENOMEM;
    if (self->start > 0)
        move_to_front(self);
    if (size <= self->capacity - length)
        return 0;

    /*
     * The first size is the needed one, since most buffers never grow; later ones at least double
     * it.
     */
    size_t capacity = length + size;
    if (capacity < 2 * self->capacity)
        capacity = 2 * self->capacity;
    char *data = realloc(self->data, capacity);
    if (!data)
        return -ENOMEM;
    self->data = data;
    self->capacity = capacity;
    return 0;
}

int buffer_append(struct buffer *self, const void *data, size_t size)
{
    int err = buffer_reserve(self, size);
    if (err < 0)
        return err;
    if (size > 0)
        memcpy(self->data + self->end, data, size);
    self->end += size;
    return 0;
}

void buffer_consume(struct buffer *self, size_t size)
{
    assert(size <= buffer_length(self));
    self->start += size;
    if (self->start == self->end)
        self->start = self->end = 0;
}

void buffer_free(struct buffer *self)
{
    free(self->data);
    *self = (struct buffer){0};
}
