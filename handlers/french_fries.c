#include "dishes.h"
#include "kitchen.h"

static void cut_potatoes(void)
{
    kitchen_do("french fries", "cut the potatoes");
}

static void start_frying(void)
{
    kitchen_do("french fries", "start frying");
}

static hob_future *potatoes_turn_brown(void)
{
    return kitchen_start("french fries", "the potatoes turn brown", 3);
}

static void add_other_ingredients(void)
{
    kitchen_do("french fries", "add the other ingredients");
}

static hob_future *end_cooking(void)
{
    return kitchen_start("french fries", "end cooking", 1);
}

int cook_french_fries(void *order)
{
    (void)order;
    cut_potatoes(); /* hands on: nobody else is served meanwhile */
    start_frying();
    int err = hob_await(potatoes_turn_brown()); /* hands free: the cook turns to other orders */
    if (err < 0)
        return err;
    add_other_ingredients();
    err = hob_await(end_cooking());
    if (err < 0)
        return err;
    kitchen_done("french fries");
    return 0;
}

int serve_french_fries(hob_request *req, hob_response *res)
{
    (void)req;
    int err = cook_french_fries(NULL);
    if (err < 0)
        return err;
    return hob_reply_text(res, 200, "french fries cooking done\n");
}
