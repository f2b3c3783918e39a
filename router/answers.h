/* The router's own replies: to OPTIONS, and to requests without a route. */
#ifndef HOB_ROUTER_ANSWERS_H
#define HOB_ROUTER_ANSWERS_H

#include "hob/server.h"

/* The handler of requests that no route matches. See hob_router_handle(). */
hob_handler answer_unmatched;

#endif
