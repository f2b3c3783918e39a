/*
 * The promises of the kitchen: every dish by its recipe, and all that is on the stove cooks at the
 * same time, on one thread.
 */
#include <sys/resource.h>

#include "tests/support/integration.h"
#include "tests/support/kitchen.h"

TestSuite(dishes, .timeout = 60);

ServerTest(dishes, each_order_is_answered_with_its_dish, server_start("--time-scale", "0.001"))
{
    static const struct {
        const char *path, *body;
    } cases[] = {
        {"/french-fries", FRIES_DONE},
        {"/noodles", NOODLES_DONE},
        {"/meal", FRIES_DONE NOODLES_DONE},
        {"/ping", "Hello, world!"},
        {"/healthz", "ok\n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct order *dish = get(&server, cases[i].path);
        cr_expect_eq(dish->status, 200, "%s: %ld", cases[i].path, dish->status);
        cr_expect_str_eq(dish->body.bytes, cases[i].body);
        cr_expect(order_has_field(dish, "Content-Type: text/plain; charset=utf-8"));
    }
}

/* A cache with a lifetime of its own, such as Varnish's 120 s, would serve them from memory. */
ServerTest(dishes, no_cache_keeps_dishes_or_state, server_start("--time-scale", "0.001"))
{
    static const char *const paths[] = {
        "/french-fries",
        "/noodles",
        "/meal",
        "/meal?progress",
        "/noodles?deadline=0.000001",
        "/healthz",
        "/readyz",
        "/metrics",
        "/trace.json?seconds=1",
    };
    for (size_t i = 0; i < COUNT(paths); i++) {
        struct order *order = get(&server, paths[i]);
        const char *field = strstr(order->head.bytes, "\r\nCache-Control: no-store\r\n");
        cr_expect(
            field && !strstr(field + strlen("\r\nCache"), "Cache-Control"), "%s",
            order->head.bytes);
    }
}

/*
 * How long it takes. Fries take 4 s and noodles 6 s, here a fifth of that. The limits lie half-way
 * to what it would take one after the other, or further, for the sake of busy machines.
 */

ServerTest(dishes, both_at_once_take_as_long_as_the_longer_one, server_start("--time-scale", "0.2"))
{
    struct order *noodles = order(&server, "/noodles");
    struct order *fries = order(&server, "/french-fries");
    wait_for_orders();
    cr_expect_eq(fries->status, 200);
    cr_expect_geq(fries->seconds, 0.8);
    cr_expect_geq(noodles->seconds, 1.2);
    cr_expect_lt(noodles->seconds, 1.7, "took %g s; one after the other is 2 s", noodles->seconds);
    cr_expect_lt(fries->rank, noodles->rank, "what is ready first is served first");
}

ServerTest(dishes, a_meal_takes_as_long_as_its_noodles, server_start("--time-scale", "0.2"))
{
    struct order *meal = get(&server, "/meal");
    cr_expect_geq(meal->seconds, 1.2);
    cr_expect_lt(meal->seconds, 1.7, "took %g s; one after the other is 2 s", meal->seconds);
}

ServerTest(dishes, two_hundred_take_as_long_as_one, server_start("--time-scale", "0.1"))
{
    struct order **orders = order_many(&server, "/noodles", 200);
    wait_for_orders();
    cr_expect_eq(count_served(orders, 200, NOODLES_DONE), 200);
    for (size_t i = 0; i < 200; i++) {
        double seconds = orders[i]->seconds;
        cr_assert(seconds >= 0.6 && seconds < 3, "took %g s; one after the other is 120", seconds);
    }
}

/* Orders do not wait for each other. */

ServerTest(
    dishes, two_hundred_cook_on_the_thread_that_answers_pings, start_slow_kitchen("--grace", "0"))
{
    struct order **orders = cook_noodles(&server, 200);
    cr_expect_eq(process_threads(server.process), 1);
    for (size_t i = 0; i < 20; i++)
        cr_expect_eq(get(&server, "/ping")->status, 200);
    for (size_t i = 0; i < 200; i++)
        cr_assert_not(orders[i]->done);
}

static void allow_descriptors(rlim_t count)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < count)
        limit.rlim_cur = count;
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0, "no more than %lu", (long)limit.rlim_max);
}

ProcessTest(dishes, a_thousand_at_once_are_all_served)
{
    allow_descriptors(2048); /* for the server too, which inherits the limit */
    struct server server = server_start("--time-scale", "0.1");
    struct order **fries = order_many(&server, "/french-fries", 500);
    struct order **noodles = order_many(&server, "/noodles", 500);
    wait_for_orders();
    cr_expect_eq(count_served(fries, 500, FRIES_DONE), 500);
    cr_expect_eq(count_served(noodles, 500, NOODLES_DONE), 500);
    cr_expect_eq(server_log_count(&server, "cooking done"), 1000);
}

ServerTest(
    dishes, by_default_the_log_reports_only_finished_dishes, server_start("--time-scale", "0.001"))
{
    get(&server, "/meal");
    cr_expect_eq(server_log_count(&server, "french fries cooking done\n"), 1);
    cr_expect_eq(server_log_count(&server, "noodles cooking done\n"), 1);
    cr_expect_eq(server_log_count(&server, "\n"), 2);
}

ServerTest(
    dishes, the_log_can_be_told_to_be_quiet,
    server_start("--time-scale", "0.001", "--log-level", "warn"))
{
    get(&server, "/meal");
    cr_expect_str_empty(process_errors(server.process));
}
