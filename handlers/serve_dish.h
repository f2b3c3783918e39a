/* Serving a dish: what the handlers of all dishes have in common. */
#ifndef HOB_HANDLERS_SERVE_DISH_H
#define HOB_HANDLERS_SERVE_DISH_H

#include "hob/server.h"
#include "kitchen.h"

/*
 * Cooks the order and replies with `text`. In the query may stand
 *
 *     deadline=2   seconds that the cook may take, more than 0 and at most 3,600; beyond them 504
 *     progress     each step is told as it happens, as an event of a stream, and the text last
 *
 * A request that accepts text/event-stream by name is told the progress too.
 */
int serve_dish(
    hob_request *req, hob_response *res, hob_fn *recipe, struct order *order, const char *text);

#endif
