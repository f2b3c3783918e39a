/*
 * The strings of a request's head, one after the other, each ended by NUL:
 *
 *     target  raw path  name value  name value  ...
 *
 * Without the raw path they are never longer than the head on the wire. Spaces before a value are
 * left there: see head_value().
 */
#ifndef HOB_HTTP_HEAD_H
#define HOB_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct head {
    char *data;
    size_t length;
    size_t path;      /* offset of the path within the target, normalised and ended by NUL */
    size_t raw_path;  /* offset of the path as it came, or 0 if that is the same */
    size_t query;     /* offset of the query behind the '?', or 0 */
    size_t authority; /* offset of the authority of the absolute form, or 0 */
    size_t headers;   /* offset of the first name */
    size_t header_count;
    size_t request_id; /* offset of the first valid X-Request-Id, or 0 */
};

/* Appends bytes to the last string. There must be room. */
static inline void head_append(struct head *self, const char *bytes, size_t length)
{
    memcpy(self->data + self->length, bytes, length);
    self->length += length;
}

/* Ends the last string, so that the next append begins a new one. There must be room. */
static inline void head_end_string(struct head *self)
{
    self->data[self->length++] = '\0';
}

/* Returns the value that begins at `at`, the byte behind the NUL of its name, or behind spaces
 * there. */
static inline const char *head_value(const char *at)
{
    while (*at == ' ' || *at == '\t')
        at++;
    return at;
}

/* Adds a header, and notes whether it is the X-Request-Id. There must be room. */
void head_add(
    struct head *self, const char *name, size_t name_length, const char *value,
    size_t value_length);

/*
 * Returns the value of the first header of this name, in upper or lower case (RFC 9110 section
 * 5.1), or NULL. The authority of the target, if it has one, replaces Host (RFC 9112 section
 * 3.2.2).
 */
const char *head_find(const struct head *self, const char *name);

/* Returns the value of the header of this name with this index, or NULL. */
const char *head_find_nth(const struct head *self, const char *name, size_t skipped);

/* Removes all headers of this name. */
void head_remove(struct head *self, const char *name);

/*
 * Goes through all headers in their order. *position begins as 0. Returns false when there is none
 * left.
 */
bool head_next(const struct head *self, size_t *position, const char **name, const char **value);

#endif
