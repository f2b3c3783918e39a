#include "dishes.h"
#include "kitchen.h"

static hob_future *boil_the_egg(void)
{
    return kitchen_start("noodles", "boil the egg", 2);
}

static hob_future *prepare_the_raw_noodles(void)
{
    return kitchen_start("noodles", "prepare the raw noodles", 1);
}

static hob_future *boil_the_noodles(void)
{
    return kitchen_start("noodles", "boil the noodles", 2);
}

static hob_future *finish(void)
{
    return kitchen_start("noodles", "finish", 1);
}

int cook_noodles(void *order)
{
    (void)order;
    int err = hob_await(boil_the_egg());
    if (err < 0)
        return err;
    err = hob_await(prepare_the_raw_noodles());
    if (err < 0)
        return err;
    err = hob_await(boil_the_noodles());
    if (err < 0)
        return err;
    err = hob_await(finish());
    if (err < 0)
        return err;
    kitchen_done("noodles");
    return 0;
}

int serve_noodles(hob_request *req, hob_response *res)
{
    (void)req;
    int err = cook_noodles(NULL);
    if (err < 0)
        return err;
    return hob_reply_text(res, 200, "noodles cooking done\n");
}
