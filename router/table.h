/*
 * All routes, sorted, so that patterns with the same beginning are adjacent:
 *
 *     GET    /orders
 *     GET    /orders/new
 *     GET    /orders/{id}          <- these three are
 *     DELETE /orders/{id}          <-   the range of
 *     GET    /orders/{id}/bill     <-   "/orders/{id}"
 *     GET    /{path...}
 *
 * The search goes through the segments of a path. Each one narrows the range by binary search, down
 * to the routes that match the whole path.
 */
#ifndef HOB_ROUTER_TABLE_H
#define HOB_ROUTER_TABLE_H

#include <stddef.h>

#include "path_index.h"
#include "route.h"

struct table {
    struct route **routes;
    size_t count;
    struct path_index path_index; /* the same by path, when the table is complete */
};

/* Allocates memory for this many more routes. Returns 0 or -ENOMEM. */
int table_reserve(struct table *self, size_t count);

/*
 * Inserts a route, which then belongs to the table. table_reserve() must have made room. Returns 0,
 * or -EEXIST if a route matches the same requests.
 */
int table_insert(struct table *self, struct route *route);

/*
 * Completes the table after the last insertion, before the first search. Returns 0 or -ENOMEM.
 */
int table_complete(struct table *self);

/*
 * Returns the most specific route for the path and the method; GET also serves HEAD. If there is
 * none, returns NULL and sets *methods: bit METHOD_GET if a route for GET matches the path, and so
 * on.
 */
const struct route *
table_find(const struct table *self, size_t method, const char *path, unsigned *methods);

#endif
