/*
 * All routes, sorted, so that those whose patterns begin alike stand side by side:
 *
 *     GET    /orders
 *     GET    /orders/new
 *     GET    /orders/{id}          <- these three are
 *     DELETE /orders/{id}          <-   the range of
 *     GET    /orders/{id}/bill     <-   "/orders/{id}"
 *     GET    /{path...}
 *
 * A path is looked up segment by segment. Each one narrows the range by binary search, down to the
 * routes that match the whole path.
 */
#ifndef HOB_ROUTER_TABLE_H
#define HOB_ROUTER_TABLE_H

#include <stddef.h>

#include "path_index.h"
#include "route.h"

struct table {
    struct route **routes;
    size_t count;
    struct path_index path_index; /* the same by path; once it is complete */
};

/* Makes room for so many more routes. Returns 0 or -ENOMEM. */
int table_reserve(struct table *self, size_t count);

/*
 * Inserts a route, which is the table's then. There must be room for it. Returns 0, or -EEXIST if
 * there is one that matches the same requests.
 */
int table_insert(struct table *self, struct route *route);

/*
 * Called after the last route was inserted, and before the first is looked for. Returns 0 or
 * -ENOMEM.
 */
int table_complete(struct table *self);

/*
 * The most specific route that matches the path and has the method, GET counting as HEAD too. If
 * there is none, returns NULL and sets *methods: bit METHOD_GET if there is a route for GET that
 * matches the path, and so on.
 */
const struct route *
table_find(const struct table *self, size_t method, const char *path, unsigned *methods);

#endif
