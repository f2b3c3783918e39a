/* The router's own answers: to OPTIONS, and where there is no route. */
#ifndef HOB_ROUTER_ANSWERS_H
#define HOB_ROUTER_ANSWERS_H

#include "hob/server.h"

/* The handler of requests that no route matches. See hob_router_handle(). */
hob_handler answer_unmatched;

#endif
