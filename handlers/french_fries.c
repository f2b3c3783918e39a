#include "dishes.h"
#include "kitchen.h"
#include "serve_dish.h"

static void cut_potatoes(struct order *order)
{
    kitchen_do(order, "cut the potatoes");
}

static void start_frying(struct order *order)
{
    kitchen_do(order, "start frying");
}

static hob_future *potatoes_turn_brown(struct order *order)
{
    return kitchen_start(order, "the potatoes turn brown", 3);
}

static void add_other_ingredients(struct order *order)
{
    kitchen_do(order, "add the other ingredients");
}

static hob_future *end_cooking(struct order *order)
{
    return kitchen_start(order, "end cooking", 1);
}

int cook_french_fries(void *arg)
{
    struct order *order = arg;
    cut_potatoes(order); /* hands on: no other dish goes on meanwhile */
    start_frying(order);
    int err = hob_await(potatoes_turn_brown(order)); /* hands free: the cook turns to others */
    if (err < 0)
        return err;
    add_other_ingredients(order);
    err = hob_await(end_cooking(order));
    if (err < 0)
        return err;
    kitchen_done(order);
    return 0;
}

int serve_french_fries(hob_request *req, hob_response *res)
{
    struct order order = {.dish = "french fries"};
    return serve_dish(req, res, cook_french_fries, &order, "french fries cooking done\n");
}
