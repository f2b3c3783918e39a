/* What the menu is made of: recipes, which a meal can join, and the handlers that serve them. */
#ifndef HOB_HANDLERS_DISHES_H
#define HOB_HANDLERS_DISHES_H

#include "hob/runtime.h"
#include "hob/server.h"

/* Recipes, to be run as coroutines. The argument is not used. Return 0, or -ECANCELED. */
hob_fn cook_french_fries;
hob_fn cook_noodles;

/* Handlers. */
hob_handler serve_french_fries;
hob_handler serve_noodles;
hob_handler serve_meal;
hob_handler serve_menu;
hob_handler serve_ping;   /* 13 bytes of text without an await: the fast path in benchmarks */
hob_handler serve_health; /* for whoever watches over the server: it answers, so it lives */

#endif
