/*
 * A hash table of the routes whose path has no {name}, so that most requests skip the search of
 * table.c.
 */
#ifndef HOB_ROUTER_PATH_INDEX_H
#define HOB_ROUTER_PATH_INDEX_H

#include <stddef.h>

#include "route.h"

/* Adjacent routes of a table: from `first` to before `end`. */
struct range {
    struct route *const *first;
    struct route *const *end;
};

struct path_index {
    struct range *slots; /* open addressing; an empty range is a free slot */
    size_t mask;         /* the number of slots, a power of two, less 1 */
};

/*
 * Adds all routes without {name} of a sorted list, which must live as long. Returns 0 or -ENOMEM.
 */
int path_index_init(struct path_index *self, struct route *const *routes, size_t count);
void path_index_free(struct path_index *self);

/* Returns the routes with this path, one for each method, or an empty range. */
struct range path_index_find(const struct path_index *self, const char *path);

#endif
