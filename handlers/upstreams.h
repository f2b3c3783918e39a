/* Other hobs, from which this one orders dishes: its neighbours. */
#ifndef HOB_HANDLERS_UPSTREAMS_H
#define HOB_HANDLERS_UPSTREAMS_H

#include "hob/server.h"

struct kitchen;

enum { UPSTREAMS_MAX = 16, UPSTREAM_NAME_MAX = 32 };

struct upstream {
    const char *name;    /* letters, digits, "-", "_" and "."; UPSTREAM_NAME_MAX bytes at most */
    const char *url;     /* a dish is ordered at URL/{dish}; it may have a query, but no fragment */
    const char *address; /* "unix:/PATH", in place of the URL's host; NULL is that host */
};

/* Room for the names of all upstreams, as upstream_names() writes them. */
#define UPSTREAM_NAMES_SIZE (UPSTREAMS_MAX * (UPSTREAM_NAME_MAX + 2))

/* Writes "b, c", or "" if there are no upstreams. Returns `names`. */
const char *upstream_names(const struct kitchen *kitchen, char names[static UPSTREAM_NAMES_SIZE]);

/*
 * Returns the upstream of ?from=NAME. If the query has none or it is unknown, replies with 400 or
 * 404 and the known names, and returns NULL.
 */
const struct upstream *query_upstream(hob_request *req, hob_response *res);

#endif
