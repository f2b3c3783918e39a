/*
 * Bytes in a row: appended at the end, consumed at the start. All zero is an empty buffer.
 *
 *     data        data + start         data + end        data + capacity
 *     |  consumed  |  buffer_bytes()   |  free           |
 */
#ifndef HOB_SERVER_BUFFER_H
#define HOB_SERVER_BUFFER_H

#include <stddef.h>

struct buffer {
    char *data;
    size_t start;
    size_t end;
    size_t capacity;
};

/* NULL if it has never held any. */
static inline const char *buffer_bytes(const struct buffer *self)
{
    return self->data ? self->data + self->start : NULL;
}

static inline size_t buffer_length(const struct buffer *self)
{
    return self->end - self->start;
}

/* Makes room for `size` more bytes. Returns 0 or -ENOMEM. */
int buffer_reserve(struct buffer *self, size_t size);

/* Returns 0 or -ENOMEM, and then nothing was appended. */
int buffer_append(struct buffer *self, const void *data, size_t size);

/* Where reserved room begins, and where it ends once something was put there. */
static inline char *buffer_room(struct buffer *self)
{
    return self->data + self->end;
}

static inline void buffer_fill(struct buffer *self, const char *end)
{
    self->end = (size_t)(end - self->data);
}

/* Drops the first `size` bytes. */
void buffer_consume(struct buffer *self, size_t size);

/* Frees the memory; the buffer is empty and can be used again. */
void buffer_free(struct buffer *self);

#endif
