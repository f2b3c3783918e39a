/* A route with its parsed pattern. */
#ifndef HOB_ROUTER_ROUTE_H
#define HOB_ROUTER_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "chain.h"
#include "hob/router.h"

/* The kinds of segments of a pattern, the most specific one first. */
enum segment_kind {
    SEGMENT_LITERAL,
    SEGMENT_VALUE, /* "{name}": any segment that is not empty */
    SEGMENT_REST,  /* "{name...}": the rest of the path */
};

struct segment {
    enum segment_kind kind;
    const char *text; /* the literal, or the name; not ended by NUL */
    size_t length;
};

enum {
    SEGMENT_LIMIT = 32, /* of a pattern: the search of table.c recurses once for each */
};

struct route {
    struct chain chain; /* all middleware, then the handler */
    void *state;        /* these four: see hob_route */
    size_t body_limit;
    double timeout;
    size_t stack;
    bool has_limits; /* whether one of the first two differs from the server's */
    size_t method;
    const char *pattern; /* with its path normalised */
    const char *path;    /* the whole path; NULL if it has a {name} */
    size_t segment_count;
    struct segment segments[]; /* followed by the pattern, of which they are parts */
};

/*
 * Parses a row of a table of routes. The chain is empty. Returns 0 and sets *route, -ENOMEM, or
 * -EINVAL, which is logged with the reason.
 */
int route_new(const hob_route *row, struct route **route);

/* The same for a copy with a prefix, which may have {name}, too. The log has the new pattern. */
int route_new_below(const char *prefix, const struct route *original, struct route **route);

void route_free(struct route *self);

/* Returns whether it is {name} or {name...} with this name. */
bool segment_has_name(const struct segment *self, const char *name, size_t length);

/* Returns whether the pattern has such a {name} or {name...}. */
bool route_has_name(const struct route *self, const char *name, size_t length);

/* Compares segments for the order of a table: < 0, 0 or > 0. It is 0 if both match the same. */
int segment_compare(const struct segment *a, const struct segment *b);

/* The same for routes. Of two that match a path, the more specific one is first. */
int route_compare(const struct route *a, const struct route *b);

#endif
