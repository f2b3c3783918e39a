/*
 * A FIFO of bytes: appended at the end, consumed at the start. All zero is an empty buffer.
 *
 *     data        data + start         data + end        data + capacity
 *     |  consumed  |  buffer_bytes()   |  free           |
 */
#ifndef HOB_HTTP_BUFFER_H
#define HOB_HTTP_BUFFER_H

#include <assert.h>
#include <stddef.h>

struct buffer {
    char *data;
    size_t start;
    size_t end;
    size_t capacity;
};

/* The bytes. NULL if the buffer has no memory. */
static inline const char *buffer_bytes(const struct buffer *self)
{
    return self->data ? self->data + self->start : NULL;
}

static inline size_t buffer_length(const struct buffer *self)
{
    return self->end - self->start;
}

/* Reserves memory for `size` more bytes. Returns 0 or -ENOMEM. */
int buffer_reserve(struct buffer *self, size_t size);

/* Appends all of the bytes and returns 0, or appends none and returns -ENOMEM. */
int buffer_append(struct buffer *self, const void *data, size_t size);

/* Returns the beginning of the reserved memory. */
static inline char *buffer_room(struct buffer *self)
{
    return self->data + self->end;
}

/* Appends the bytes that were written to the reserved memory, up to `end`. */
static inline void buffer_fill(struct buffer *self, const char *end)
{
    assert(end >= self->data + self->end && end <= self->data + self->capacity);
    self->end = (size_t)(end - self->data);
}

/* Drops the first `size` bytes. The buffer must have at least that many. */
void buffer_consume(struct buffer *self, size_t size);

/* Frees the memory; the buffer is empty and can be used again. */
void buffer_free(struct buffer *self);

#endif
