#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "handlers/dishes.h"
#include "handlers/kitchen.h"
#include "hob/log.h"
#include "hob/runtime.h"
#include "tests/support/child.h"
#include "tests/support/clock.h"

TestSuite(recipes, .timeout = 20);

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * The log tells what happened and in which order, so most tests need no clock. The kitchen runs in
 * a child process whose standard error is read.
 */

struct order {
    hob_fn *fn;
    int result; /* what it is to return */
};

static void cook(void *arg)
{
    const struct order *order = arg;
    hob_log_set_level(HOB_LOG_DEBUG);
    kitchen_set_time_scale(0.005);
    _exit(hob_block_on(order->fn, NULL) == order->result ? 0 : 1);
}

/* Takes time and level off each line. */
static void keep_messages(char *log)
{
    const size_t prefix = strlen("2026-11-22T03:30:01.123Z info  ");
    char *end = log;
    for (char *line = strtok(log, "\n"); line; line = strtok(NULL, "\n")) {
        cr_assert_geq(strlen(line), prefix, "%s", line);
        size_t length = strlen(line + prefix);
        memmove(end, line + prefix, length);
        end += length;
        *end++ = '\n';
    }
    *end = '\0';
}

/* What is logged when a recipe, which is to return this, is cooked. */
static struct child_end log_of(hob_fn *recipe, int result)
{
    struct child_end end = run_in_child(cook, &(struct order){recipe, result});
    cr_expect(child_returned(&end), "another result: %s", end.output);
    keep_messages(end.output);
    return end;
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

Test(recipes, french_fries_are_cooked_step_by_step)
{
    struct child_end end = log_of(cook_french_fries, 0);
    cr_expect_str_eq(end.output, fries_steps);
}

Test(recipes, noodles_are_cooked_step_by_step)
{
    struct child_end end = log_of(cook_noodles, 0);
    cr_expect_str_eq(end.output, noodles_steps);
}

/* Both at once. */

static int cook_both(void *unused)
{
    (void)unused;
    return hob_join(hob_async(cook_french_fries, NULL), hob_async(cook_noodles, NULL));
}

/* The lines of one dish. */
static void pick(const char *log, const char *dish, char *lines)
{
    *lines = '\0';
    while (*log) {
        size_t length = strcspn(log, "\n") + 1;
        if (strncmp(log, dish, strlen(dish)) == 0)
            lines = strncat(lines, log, length);
        log += length;
    }
}

Test(recipes, both_at_once_are_each_cooked_step_by_step)
{
    struct child_end end = log_of(cook_both, 0);
    char lines[sizeof(end.output)];
    pick(end.output, "french fries", lines);
    cr_expect_str_eq(lines, fries_steps);
    pick(end.output, "noodles", lines);
    cr_expect_str_eq(lines, noodles_steps);
}

static size_t place_of(const char *log, const char *line)
{
    const char *at = strstr(log, line);
    cr_assert(at, "no '%s' in: %s", line, log);
    return (size_t)(at - log);
}

/*
 * Together they take less than the sum: both pans are on before the cook waits at all, and the
 * dish that takes longer to cook is done last.
 */
Test(recipes, both_at_once_are_on_the_stove_at_the_same_time)
{
    struct child_end end = log_of(cook_both, 0);
    const char *const order[] = {
        "french fries: the potatoes turn brown",
        "noodles: boil the egg",
        "french fries: add the other ingredients",
        "french fries cooking done",
        "noodles cooking done",
    };
    for (size_t i = 1; i < COUNT(order); i++) {
        size_t before = place_of(end.output, order[i - 1]);
        cr_expect_lt(before, place_of(end.output, order[i]), "%s", end.output);
    }
}

/* Cancelled. */

static hob_fn *recipe_to_cancel;

static int cancel_at_once(void *unused)
{
    (void)unused;
    hob_future *dish = hob_async(recipe_to_cancel, NULL);
    hob_cancel(dish);
    return hob_await(dish);
}

static int cancel_at_first_wait(void *unused)
{
    (void)unused;
    hob_future *dish = hob_async(recipe_to_cancel, NULL);
    hob_yield();
    hob_cancel(dish);
    return hob_await(dish);
}

static struct child_end log_of_cancelled(hob_fn *recipe, hob_fn *cancel)
{
    recipe_to_cancel = recipe;
    return log_of(cancel, -ECANCELED);
}

Test(recipes, a_dish_nobody_waits_for_any_more_is_given_up)
{
    struct child_end fries = log_of_cancelled(cook_french_fries, cancel_at_first_wait);
    cr_expect_str_eq(
        fries.output, "french fries: cut the potatoes\n"
                      "french fries: start frying\n"
                      "french fries: the potatoes turn brown, 0.015 s\n");
    struct child_end noodles = log_of_cancelled(cook_noodles, cancel_at_first_wait);
    cr_expect_str_eq(noodles.output, "noodles: boil the egg, 0.01 s\n");
}

/* Cancelled before its first step, it begins all the same, but waits for nothing. */
Test(recipes, a_dish_given_up_before_it_began_is_never_done)
{
    struct child_end fries = log_of_cancelled(cook_french_fries, cancel_at_once);
    cr_expect_null(strstr(fries.output, "done"), "%s", fries.output);
    struct child_end noodles = log_of_cancelled(cook_noodles, cancel_at_once);
    cr_expect_null(strstr(noodles.output, "done"), "%s", noodles.output);
}

/* Time. How late a dish may be depends on the machine, but it is never early. */

static void expect_at_least(hob_fn *recipe, double seconds)
{
    hob_log_set_level(HOB_LOG_ERROR);
    double begin = clock_seconds();
    cr_expect_eq(hob_block_on(recipe, NULL), 0);
    double passed = clock_seconds() - begin;
    cr_expect_geq(passed, seconds, "%g s", passed);
}

Test(recipes, take_as_long_as_the_menu_says)
{
    kitchen_set_time_scale(0.005);
    expect_at_least(cook_french_fries, 4 * 0.005);
    expect_at_least(cook_noodles, 6 * 0.005);
    expect_at_least(cook_both, 6 * 0.005);
}

Test(recipes, take_no_time_at_scale_zero)
{
    hob_log_set_level(HOB_LOG_ERROR);
    kitchen_set_time_scale(0);
    cr_expect_eq(kitchen_time(1000), 0);
    cr_expect_eq(hob_block_on(cook_both, NULL), 0);
}
