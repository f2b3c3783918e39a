/*
 * Finds routes by their whole path, for those that have no {name} in it: by a hash table, which
 * spares most requests the search of table.c.
 */
#ifndef HOB_ROUTER_EXACT_H
#define HOB_ROUTER_EXACT_H

#include <stddef.h>

#include "route.h"

/* Routes that stand side by side in a table: from `first` up to, but without, `end`. */
struct range {
    struct route *const *first;
    struct route *const *end;
};

struct exact {
    struct range *slots; /* open addressing; an empty range is a free slot */
    size_t mask;         /* their count less 1, which is a power of two */
};

/* Adds all routes without {name} of a sorted list, which must stay. Returns 0 or -ENOMEM. */
int exact_init(struct exact *self, struct route *const *routes, size_t count);
void exact_free(struct exact *self);

/* The routes with just this path, one for each method. An empty range if there are none. */
struct range exact_find(const struct exact *self, const char *path);

#endif
