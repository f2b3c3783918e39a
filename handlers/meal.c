#include "dishes.h"
#include "kitchen.h"
#include "serve_dish.h"

/* Both dishes at once: it takes as long as the longer one, on the same thread. */
int cook_meal(void *arg)
{
    struct order *meal = arg;
    struct order fries = *meal, noodles = *meal;
    fries.dish = "french fries";
    noodles.dish = "noodles";
    return hob_join(
        hob_async_named("french fries", cook_french_fries, &fries),
        hob_async_named("noodles", cook_noodles, &noodles));
}

int serve_meal(hob_request *req, hob_response *res)
{
    struct order order = {.dish = "meal"};
    return serve_dish(
        req, res, cook_meal, &order, "french fries cooking done\nnoodles cooking done\n");
}
