/* What the menu is made of: recipes, and the handlers that serve them. */
#ifndef HOB_HANDLERS_DISHES_H
#define HOB_HANDLERS_DISHES_H

#include "hob/runtime.h"
#include "hob/server.h"

/*
 * Recipes, to be run as coroutines. The argument is a struct order. They return 0, or what an await
 * has returned: -ECANCELED, or -ETIMEDOUT.
 */
hob_fn cook_french_fries;
hob_fn cook_noodles;
hob_fn cook_meal;

/* Handlers. */
hob_handler serve_french_fries;
hob_handler serve_noodles;
hob_handler serve_meal;
hob_handler serve_menu;
hob_handler serve_ping; /* 13 bytes of text without an await: the fast path in benchmarks */

#endif
