/* The router's result for a request, to which hob_request_match() points. */
#ifndef HOB_ROUTER_MATCH_H
#define HOB_ROUTER_MATCH_H

#include "route.h"
#include "table.h"

struct match {
    const struct route *route;
    hob_handler *const *next; /* the function that hob_next() calls */
    const struct table *table;
    size_t method;
    unsigned methods; /* of the routes that match the path, if none has the method */
};

/* The handler of requests that no route matches: replies to OPTIONS, or with status 405 or 404. */
hob_handler answer_unmatched;

#endif
