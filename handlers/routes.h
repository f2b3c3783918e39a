/* The routes of hob, and their handlers, whose state is the kitchen. */
#ifndef HOB_HANDLERS_ROUTES_H
#define HOB_HANDLERS_ROUTES_H

#include "hob/router.h"
#include "kitchen.h"

/* These make a router. They return 0 and set *router, or return -ENOMEM. */

/* All routes. */
int routes_for_all(struct kitchen *kitchen, hob_router **router);

/* The same in two parts: for guests, and for operators, who have a listener of their own. */
int routes_for_guests(struct kitchen *kitchen, hob_router **router);
int routes_for_operators(struct kitchen *kitchen, hob_router **router);

/* GET /: the kitchen's page for a browser, and the menu as plain text for all other clients. */
hob_handler serve_front;

/* The menu as plain text. */
hob_handler serve_menu;

/* GET /recipes/{dish}: the source of a recipe. */
hob_handler serve_recipe;

/* GET /ping: 13 bytes of text without an await, the shortest request for benchmarks. */
hob_handler serve_ping;

/* GET /kitchen/events: the feed of the kitchen page. docs/kitchen.md has the format. */
hob_handler serve_events;

/* GET /healthz: 200 while the process answers. */
hob_handler serve_health;

/* GET /readyz: 200, or 503 when the server is stopping. */
hob_handler serve_readiness;

/* GET /metrics: the kitchen's metrics, or 404 if it has none. */
hob_handler serve_metrics;

/*
 * GET /trace.json: what happens in the kitchen in the next seconds (?seconds=5, from 1 to 60), in
 * the Trace Event Format of Perfetto and speedscope. It has a track for the cook and one for each
 * order.
 */
hob_handler serve_trace;

#endif
