/*
 * The trailers of a message: the fields behind its body (RFC 9110 section 6.5). They are kept apart
 * from those of the head.
 */
#ifndef HOB_HTTP_TRAILERS_H
#define HOB_HTTP_TRAILERS_H

#include <stdbool.h>
#include <stddef.h>

#include "head.h"

struct trailers {
    struct head strings; /* has no target; its data is memory of malloc(3) */
    size_t size_limit;   /* bytes of the strings */
    size_t count_limit;
    int err; /* 0, or why some are missing: -EMSGSIZE above a limit, or -ENOMEM */
};

#define TRAILERS_TOO_LARGE "the trailers exceed the limits of header fields"

/* NULL when out of memory. */
struct trailers *trailers_new(size_t size_limit, size_t count_limit);

/* Takes a struct trailers. NULL is ignored. */
void trailers_free(void *trailers);

/* Appends a part of the present string: a name, then its value. Nothing behind an error. */
void trailers_append(struct trailers *self, const char *bytes, size_t length);

/* Ends the present string. */
void trailers_end_name(struct trailers *self);
void trailers_end_value(struct trailers *self);

/* Adds a whole trailer. */
void trailers_add(
    struct trailers *self, const char *name, size_t name_length, const char *value,
    size_t value_length);

/*
 * Whether a sender may have a trailer of this name: a token that is not about the framing, the
 * routing, the conditions, the authentication, the control or the coding of the message (RFC 9110
 * section 6.5.1).
 */
bool trailers_allow(const char *name);

#endif
