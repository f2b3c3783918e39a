/* When a worker that has died is replaced. */
#include "program/backoff.h"

#include "tests/support/test.h"

#include <math.h>

TestSuite(backoff);

static bool is_about(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

Test(backoff, grows_with_each_early_death_until_it_gives_up)
{
    static const double delays[] = {0, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2};
    size_t early_deaths = 0;
    for (size_t i = 0; i < COUNT(delays); i++) {
        double delay = backoff_after_death(&early_deaths, 0.01);
        cr_expect(is_about(delay, delays[i]), "death %zu: %g", i + 1, delay);
    }
    cr_expect_lt(backoff_after_death(&early_deaths, 0.01), 0);
    cr_expect_eq(early_deaths, EARLY_DEATHS_LIMIT);
}

Test(backoff, depends_on_how_long_a_worker_has_lived)
{
    static const struct {
        size_t early_deaths; /* before */
        double lived;
        double delay;
        size_t after;
    } cases[] = {
        {0, 0, 0, 1}, {0, 4.99, 0, 1}, {0, 5, 0, 0}, {0, 1e6, 0, 0}, {1, 4.99, 0.1, 2},
        {1, 5, 0, 0}, {6, 0, 3.2, 7},  {6, 5, 0, 0}, {7, 5, 0, 0},   {7, 4.99, -1, 8},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t early_deaths = cases[i].early_deaths;
        double delay = backoff_after_death(&early_deaths, cases[i].lived);
        cr_expect(
            is_about(delay, cases[i].delay), "%zu deaths, lived %g s: %g", cases[i].early_deaths,
            cases[i].lived, delay);
        cr_expect_eq(
            early_deaths, cases[i].after, "%zu deaths, lived %g s: %zu", cases[i].early_deaths,
            cases[i].lived, early_deaths);
    }
}

/* One that lives on is no reason to forget how the others ended before it has. */
Test(backoff, begins_anew_after_a_long_life)
{
    size_t early_deaths = 0;
    for (int i = 0; i < 7; i++)
        backoff_after_death(&early_deaths, 0);
    backoff_after_death(&early_deaths, 60);
    cr_expect(is_about(backoff_after_death(&early_deaths, 0), 0));
    cr_expect(is_about(backoff_after_death(&early_deaths, 0), 0.1));
}
