#include "dishes.h"
#include "kitchen.h"
#include "serve_dish.h"

static hob_future *boil_the_egg(struct order *order)
{
    return kitchen_start(order, "boil the egg", 2);
}

static hob_future *prepare_the_raw_noodles(struct order *order)
{
    return kitchen_start(order, "prepare the raw noodles", 1);
}

static hob_future *boil_the_noodles(struct order *order)
{
    return kitchen_start(order, "boil the noodles", 2);
}

static hob_future *finish(struct order *order)
{
    return kitchen_start(order, "finish", 1);
}

int cook_noodles(void *arg)
{
    struct order *order = arg;
    int err = hob_await(boil_the_egg(order));
    if (err < 0)
        return err;
    err = hob_await(prepare_the_raw_noodles(order));
    if (err < 0)
        return err;
    err = hob_await(boil_the_noodles(order));
    if (err < 0)
        return err;
    err = hob_await(finish(order));
    if (err < 0)
        return err;
    kitchen_done(order);
    return 0;
}

int serve_noodles(hob_request *req, hob_response *res)
{
    struct order order = {.dish = "noodles"};
    return serve_dish(req, res, cook_noodles, &order, "noodles cooking done\n");
}
