/*
 * A hash table of the routes whose path has no {name}. With it most requests do without the search
 * of table.c.
 */
#ifndef HOB_ROUTER_PATH_INDEX_H
#define HOB_ROUTER_PATH_INDEX_H

#include <stddef.h>

#include "route.h"

/* Routes that are neighbours in a table: from `first` up to, but without, `end`. */
struct range {
    struct route *const *first;
    struct route *const *end;
};

struct path_index {
    struct range *slots; /* open addressing; an empty range is a free slot */
    size_t mask;         /* their count less 1, which is a power of two */
};

/* Adds all routes without {name} of a sorted list, which must stay. Returns 0 or -ENOMEM. */
int path_index_init(struct path_index *self, struct route *const *routes, size_t count);
void path_index_free(struct path_index *self);

/* The routes with this path, one for each method. An empty range if there are none. */
struct range path_index_find(const struct path_index *self, const char *path);

#endif
