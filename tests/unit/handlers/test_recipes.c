#include "handlers/dishes.h"
#include "handlers/kitchen.h"
#include "hob/log.h"
#include "hob/runtime.h"
#include "runtime/future.h"
#include "tests/support/ask.h"
#include "tests/support/clock.h"
#include "tests/support/coroutine.h"
#include "tests/support/log_line.h"
#include "tests/support/make_router.h"
#include "tests/support/test.h"

TestSuite(recipes, .timeout = 20);

/*
 * The log shows what happened and in which order, so that few tests need a clock. It is written to
 * standard error, which is a file meanwhile.
 */

static FILE *log_file;
static int usual_stderr;

static void begin_log(void)
{
    log_file = tmpfile();
    usual_stderr = dup(STDERR_FILENO);
    cr_assert(log_file && usual_stderr >= 0);
    dup2(fileno(log_file), STDERR_FILENO);
    hob_log_set_level(HOB_LOG_DEBUG);
}

/* Gives the messages of the log, a line each, without time and level. */
static void end_log(char *messages, size_t size)
{
    char line[128];
    dup2(usual_stderr, STDERR_FILENO);
    close(usual_stderr);
    rewind(log_file);
    *messages = '\0';
    while (fgets(line, sizeof(line), log_file))
        strncat(messages, log_message(line), size - strlen(messages) - 1);
    fclose(log_file);
}

struct cooked {
    int result;
    char log[1024];
};

static struct cooked cook(hob_fn *recipe, const char *dish, double time_scale)
{
    struct kitchen kitchen = {.time_scale = time_scale};
    struct order order = {.kitchen = &kitchen, .dish = dish};
    struct cooked cooked;
    begin_log();
    cooked.result = hob_block_on(recipe, &order);
    end_log(cooked.log, sizeof(cooked.log));
    return cooked;
}

static const char fries_steps[] = "french fries: cut the potatoes\n"
                                  "french fries: start frying\n"
                                  "french fries: the potatoes turn brown, 0.015 s\n"
                                  "french fries: add the other ingredients\n"
                                  "french fries: end cooking, 0.005 s\n"
                                  "french fries cooking done\n";

static const char noodles_steps[] = "noodles: boil the egg, 0.01 s\n"
                                    "noodles: prepare the raw noodles, 0.005 s\n"
                                    "noodles: boil the noodles, 0.01 s\n"
                                    "noodles: finish, 0.005 s\n"
                                    "noodles cooking done\n";

Test(recipes, are_cooked_step_by_step)
{
    struct cooked fries = cook(cook_french_fries, "french fries", 0.005);
    cr_expect_eq(fries.result, 0);
    cr_expect_str_eq(fries.log, fries_steps);
    struct cooked noodles = cook(cook_noodles, "noodles", 0.005);
    cr_expect_eq(noodles.result, 0);
    cr_expect_str_eq(noodles.log, noodles_steps);
}

static struct cooked serve_a_meal(void)
{
    struct kitchen kitchen = {.time_scale = 0.005};
    hob_router *router = make_router(&(hob_route){"GET /", serve_meal, &kitchen}, 1);
    struct cooked cooked;
    begin_log();
    hob_test_reply *reply = ask(router, "GET /");
    end_log(cooked.log, sizeof(cooked.log));
    cooked.result = reply->result;
    hob_test_reply_free(reply);
    hob_router_free(router);
    return cooked;
}

/* The lines of one dish. */
static void pick(const char *log, const char *dish, char *lines)
{
    *lines = '\0';
    while (*log) {
        size_t length = strcspn(log, "\n") + 1;
        if (strncmp(log, dish, strlen(dish)) == 0)
            strncat(lines, log, length);
        log += length;
    }
}

Test(recipes, of_a_meal_are_each_cooked_step_by_step)
{
    struct cooked cooked = serve_a_meal();
    char lines[sizeof(cooked.log)];
    cr_expect_eq(cooked.result, 0);
    pick(cooked.log, "french fries", lines);
    cr_expect_str_eq(lines, fries_steps);
    pick(cooked.log, "noodles", lines);
    cr_expect_str_eq(lines, noodles_steps);
}

static size_t place_of(const char *log, const char *line)
{
    const char *at = strstr(log, line);
    cr_assert(at, "no '%s' in: %s", line, log);
    return (size_t)(at - log);
}

/*
 * So together they take less than the sum: both pans are on before the cook waits at all, and what
 * takes longer is done last.
 */
Test(recipes, of_a_meal_are_on_the_stove_at_the_same_time)
{
    static const char *const order[] = {
        "french fries: the potatoes turn brown",
        "noodles: boil the egg",
        "french fries: add the other ingredients",
        "french fries cooking done",
        "noodles cooking done",
    };
    struct cooked cooked = serve_a_meal();
    for (size_t i = 1; i < COUNT(order); i++) {
        size_t before = place_of(cooked.log, order[i - 1]);
        cr_expect_lt(before, place_of(cooked.log, order[i]), "%s", cooked.log);
    }
}

static hob_fn *recipe_to_cancel;
static int turns_before;
static bool was_done;

static int cook_and_cancel(void *order)
{
    hob_future *dish = hob_async(recipe_to_cancel, order);
    for (int i = 0; i < turns_before; i++)
        hob_yield();
    was_done = dish->ready;
    return cancel_and_await(dish);
}

static struct cooked cancel(hob_fn *recipe, int turns, double time_scale)
{
    recipe_to_cancel = recipe;
    turns_before = turns;
    return cook(cook_and_cancel, recipe == cook_noodles ? "noodles" : "french fries", time_scale);
}

/* After one turn of the loop it waits, for an hour or more. */
Test(recipes, are_given_up_where_they_are)
{
    struct cooked fries = cancel(cook_french_fries, 1, 3600);
    cr_expect_eq(fries.result, -ECANCELED);
    cr_expect_str_eq(
        fries.log, "french fries: cut the potatoes\n"
                   "french fries: start frying\n"
                   "french fries: the potatoes turn brown, 10800 s\n");
    struct cooked noodles = cancel(cook_noodles, 1, 3600);
    cr_expect_eq(noodles.result, -ECANCELED);
    cr_expect_str_eq(noodles.log, "noodles: boil the egg, 7200 s\n");
}

/* When they take no time, each number of turns ends at one of the steps, until they are done. */
Test(recipes, are_given_up_at_any_time_before_they_are_done)
{
    static hob_fn *const recipes[] = {cook_french_fries, cook_noodles};
    for (size_t i = 0; i < COUNT(recipes); i++) {
        for (int turns = 0; turns < 40; turns++) {
            struct cooked dish = cancel(recipes[i], turns, 0);
            bool says_done = strstr(dish.log, "cooking done");
            cr_expect_eq(dish.result, was_done ? 0 : -ECANCELED, "%d: %s", dish.result, dish.log);
            cr_expect_eq(says_done, was_done, "%d turns: %s", turns, dish.log);
        }
    }
}

/* Time. How late a dish may be depends on the machine, but it is never early. */

static void expect_at_least(double seconds, hob_fn *recipe)
{
    double begin = clock_seconds();
    struct cooked cooked = cook(recipe, "dish", 0.005);
    double passed = clock_seconds() - begin;
    cr_expect_eq(cooked.result, 0);
    cr_expect_geq(passed, seconds * 0.005, "%g s", passed);
}

Test(recipes, take_as_long_as_the_menu_says)
{
    expect_at_least(4, cook_french_fries);
    expect_at_least(6, cook_noodles);
}
