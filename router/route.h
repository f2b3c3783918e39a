/* A route: a line of the menu, with its pattern taken apart. */
#ifndef HOB_ROUTER_ROUTE_H
#define HOB_ROUTER_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "chain.h"
#include "hob/router.h"

/* What stands between two slashes of a pattern; the most specific kind first. */
enum segment_kind {
    SEGMENT_LITERAL,
    SEGMENT_VALUE, /* "{name}": any, but not an empty one */
    SEGMENT_REST,  /* "{name...}": the rest of the path, whatever that is */
};

struct segment {
    enum segment_kind kind;
    const char *text; /* the literal, or the name; not ended by NUL */
    size_t length;
};

enum {
    SEGMENT_LIMIT = 32, /* of a pattern: the search of table.c goes down one call for each */
};

struct route {
    struct chain chain; /* all middleware, then the handler */
    void *state;        /* these four: see hob_route */
    size_t body_limit;
    double timeout;
    size_t stack;
    bool limits; /* whether one of the first two is not the server's */
    size_t method;
    const char *pattern; /* with its path normalised */
    const char *path;    /* the whole of it; NULL if it has a {name} */
    size_t segment_count;
    struct segment segments[]; /* and behind them the pattern they are parts of */
};

/*
 * Takes a line of the menu apart. The chain is empty. Returns 0 and sets *route, -ENOMEM, or
 * -EINVAL, and then the log says why.
 */
int route_new(const hob_route *line, struct route **route);

/* The same of a copy whose path has a prefix, in which may be {name}, too. The log has the new
 * pattern. */
int route_new_below(const char *prefix, const struct route *original, struct route **route);

void route_free(struct route *self);

/* Whether it is {name} or {name...} with this name. */
bool segment_has_name(const struct segment *self, const char *name, size_t length);

/* Whether the pattern has such a {name} or {name...}. */
bool route_has_name(const struct route *self, const char *name, size_t length);

/* Orders segments as in a sorted table: < 0, 0 or > 0. Those that match the same are equal. */
int segment_compare(const struct segment *a, const struct segment *b);

/* The same for routes. Of two that match a path, the more specific one comes first. */
int route_compare(const struct route *a, const struct route *b);

#endif
