/* The dishes: recipes, and the handlers that serve them. */
#ifndef HOB_HANDLERS_DISHES_H
#define HOB_HANDLERS_DISHES_H

#include <stdbool.h>

#include "hob/runtime.h"
#include "hob/server.h"

/*
 * Recipes are coroutines; the argument is a struct order. They return 0, or the error of an await:
 * -ECANCELED or -ETIMEDOUT.
 */
hob_fn cook_french_fries;
hob_fn cook_noodles;
hob_fn cook_meal;

/* Two seconds of computing, which a cook should not do with her own hands. */
hob_fn block_the_thread;        /* computes here: no other dish goes on meanwhile */
hob_fn compute_on_other_thread; /* has another thread do it, and awaits that */

struct kitchen;

/* An entry of the menu. */
struct dish {
    const char *name; /* in requests */
    const char *title;
    hob_fn *recipe;
    bool demo;   /* only offered with --demo */
    bool single; /* never two of them at once */
};

/* NULL if the dish is not on the menu. */
const struct dish *find_dish(const struct kitchen *kitchen, const char *name);

hob_handler serve_french_fries;
hob_handler serve_noodles;
hob_handler serve_meal;

#endif
