/* Serves a dish: what the handlers of all dishes share. */
#ifndef HOB_HANDLERS_SERVE_DISH_H
#define HOB_HANDLERS_SERVE_DISH_H

#include "hob/server.h"
#include "kitchen.h"

/*
 * Cooks the order and replies with `text`. The query may have
 *
 *     deadline=2   a time limit in seconds, above 0 and at most 3,600; the reply is 504 beyond it
 *     progress     the reply is a stream with an event for each step, and the text at the end
 *
 * A request that accepts text/event-stream by name gets the progress too. The header
 * DEADLINE_HEADER of another hob can shorten the time limit.
 */
int serve_dish(
    hob_request *req, hob_response *res, hob_fn *recipe, struct order *order, const char *text);

#endif
