#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "handlers/dishes.h"
#include "handlers/kitchen.h"
#include "handlers/routes.h"
#include "hob/log.h"
#include "tests/support/child.h"
#include "tests/support/clock.h"
#include "tests/support/coroutine.h"
#include "tests/support/lone_request.h"

TestSuite(recipes, .timeout = 20);

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Cooks in a child whose log is the child's output. */
static int cook(void *arg)
{
    return hob_await(hob_async(*(hob_fn **)arg, NULL));
}

static void cook_aloud(void *arg)
{
    hob_log_set_level(HOB_LOG_DEBUG);
    kitchen_set_time_scale(0.001);
    if (hob_block_on(cook, arg) != 0)
        abort();
}

/* Takes the time and the level off each line of a log: "2026-11-22T03:30:01.123Z debug ". */
static void keep_messages(char *log)
{
    char *to = log;
    for (char *line = strtok(log, "\n"); line; line = strtok(NULL, "\n")) {
        const char *message = strlen(line) > 31 ? line + 31 : "";
        size_t length = strlen(message);
        memmove(to, message, length);
        to[length] = '\n';
        to += length + 1;
    }
    *to = '\0';
}

static void expect_steps(hob_fn *recipe, const char *steps)
{
    struct child_end end = run_in_child(cook_aloud, &recipe);
    cr_expect_eq(end.status, 0);
    keep_messages(end.output);
    cr_expect_str_eq(end.output, steps);
}

Test(recipes, french_fries_go_step_by_step)
{
    expect_steps(
        cook_french_fries, "french fries: cut the potatoes\n"
                           "french fries: start frying\n"
                           "french fries: the potatoes turn brown, 0.003 s\n"
                           "french fries: add the other ingredients\n"
                           "french fries: end cooking, 0.001 s\n"
                           "french fries cooking done\n");
}

Test(recipes, noodles_go_step_by_step)
{
    expect_steps(
        cook_noodles, "noodles: boil the egg, 0.002 s\n"
                      "noodles: prepare the raw noodles, 0.001 s\n"
                      "noodles: boil the noodles, 0.002 s\n"
                      "noodles: finish, 0.001 s\n"
                      "noodles cooking done\n");
}

CoroutineTest(recipes, take_their_time)
{
    static const struct {
        hob_fn *recipe;
        double seconds;
    } cases[] = {{cook_french_fries, 4}, {cook_noodles, 6}};
    const double scale = 0.005;
    kitchen_set_time_scale(scale);
    for (size_t i = 0; i < COUNT(cases); i++) {
        double start = clock_seconds();
        cr_expect_eq(hob_await(hob_async(cases[i].recipe, NULL)), 0);
        cr_expect_geq(clock_seconds() - start, cases[i].seconds * scale);
    }
}

CoroutineTest(recipes, end_soon_when_the_guest_leaves)
{
    static hob_fn *const recipes[] = {cook_french_fries, cook_noodles};
    kitchen_set_time_scale(1000);
    for (size_t i = 0; i < COUNT(recipes); i++) {
        hob_future *dish = hob_async(recipes[i], NULL);
        cr_expect_eq(hob_yield(), 0);
        hob_cancel(dish);
        cr_expect_eq(hob_await(dish), -ECANCELED);
    }
}

/* The handlers, by way of what they answer. */

static void expect_content(hob_handler *handler, const char *content)
{
    struct lone_request lone;
    lone_request_init(&lone, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", NULL);
    cr_expect_eq(handler(&lone.req, &lone.res), 0);
    cr_expect_str_eq(lone_content(&lone), content);
    lone_request_free(&lone);
}

CoroutineTest(recipes, are_served_when_they_are_done)
{
    kitchen_set_time_scale(0.001);
    expect_content(serve_french_fries, "french fries cooking done\n");
    expect_content(serve_noodles, "noodles cooking done\n");
    expect_content(serve_meal, "french fries cooking done\nnoodles cooking done\n");
}

CoroutineTest(recipes, stand_on_the_menu_with_the_time_they_take)
{
    kitchen_set_time_scale(0.5);
    expect_content(
        serve_menu,
        "hob: one cook, many pans\n"
        "\n"
        "GET /french-fries     2 s  cut the potatoes, fry them brown, finish\n"
        "GET /noodles          3 s  boil the egg, prepare and boil the noodles, finish\n"
        "GET /meal             3 s  both, at the same time\n"
        "\n"
        "Order as many as you like at once: together they take as long as the longest.\n");
}

CoroutineTest(recipes, ping_is_thirteen_bytes)
{
    expect_content(serve_ping, "Hello, world!");
}

CoroutineTest(recipes, the_routes_are_a_table_that_the_router_takes)
{
    size_t count;
    const hob_route *table = routes(&count);
    hob_router *router = NULL;
    const char *culprit = NULL;
    cr_expect_eq(hob_router_new(table, count, &router, &culprit), 0, "%s", culprit);
    hob_router_free(router);
}
