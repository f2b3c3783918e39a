/* The menu: routers of the routes of hob. */
#ifndef HOB_HANDLERS_ROUTES_H
#define HOB_HANDLERS_ROUTES_H

#include "hob/router.h"
#include "kitchen.h"

/*
 * Each makes a router whose routes have the kitchen as their state. Returns 0 and sets *router, or
 * -ENOMEM.
 */

/* All routes. */
int routes_for_all(struct kitchen *kitchen, hob_router **router);

/* The same in two parts, for a server that does not tell everybody how it is. */
int routes_for_guests(struct kitchen *kitchen, hob_router **router);
int routes_for_operators(struct kitchen *kitchen, hob_router **router);

#endif
