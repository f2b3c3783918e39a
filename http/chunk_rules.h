/*
 * The rules for a chunked body (RFC 9112 section 7.1) that llhttp does not check, and the limit of
 * its framing. The parsers of requests and of responses call these functions while llhttp reads a
 * body. Those that return a string return NULL, or the rule that is broken.
 */
#ifndef HOB_HTTP_CHUNK_RULES_H
#define HOB_HTTP_CHUNK_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trailers.h"

struct chunk_rules {
    size_t framing_left;       /* bytes that are allowed: see struct parser_limits */
    struct trailers *trailers; /* where trailers are kept; NULL drops them */
    size_t trailer_length;
    const char *refused; /* the byte that broke a rule, if llhttp has read on; else NULL */
    char trailer[24];    /* the name of the present trailer, cut to this size */
};

/* A chunk of this size begins. */
const char *chunk_rules_begin(struct chunk_rules *self, uint64_t size);

/* Checks a received part of a quoted value of an extension, and sets self->refused. */
const char *chunk_rules_check_extension(struct chunk_rules *self, const char *value, size_t length);

/* Adds a received part to the name of the present trailer. Returns 0. */
int chunk_rules_add_trailer(struct chunk_rules *self, const char *name, size_t length);

/* The name of the present trailer is complete. */
const char *chunk_rules_end_trailer(struct chunk_rules *self);

/* The same for its value. Return 0; the second also -EMSGSIZE above a limit, or -ENOMEM. */
int chunk_rules_add_value(struct chunk_rules *self, const char *value, size_t length);
int chunk_rules_end_value(struct chunk_rules *self);

/*
 * Returns how many of `size` bytes to feed llhttp at once: only the last one can exceed the limit,
 * so that the result does not depend on the pieces in which the body arrives.
 */
size_t chunk_rules_limit_piece(const struct chunk_rules *self, size_t size);

/* Counts bytes that are not content. Returns whether they exceed the limit. */
bool chunk_rules_count(struct chunk_rules *self, size_t framing);

#endif
