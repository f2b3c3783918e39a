/* How often a client may do something (http2/budget.h). */
#include "http2/budget.h"
#include "tests/support/test.h"

Test(http2_budget, allows_a_number_at_once)
{
    struct http2_budget self = http2_budget_of(3, 10);
    for (int i = 0; i < 3; i++)
        cr_expect(http2_budget_take(&self, 1000));
    cr_expect_not(http2_budget_take(&self, 1000));
}

Test(http2_budget, allows_more_each_second)
{
    struct http2_budget self = http2_budget_of(3, 10);
    for (int i = 0; i < 4; i++)
        http2_budget_take(&self, 1000);
    cr_expect(http2_budget_take(&self, 1000.125));
    cr_expect_not(http2_budget_take(&self, 1000.125));
}

Test(http2_budget, does_not_grow_beyond_the_number)
{
    struct http2_budget self = http2_budget_of(3, 10);
    http2_budget_take(&self, 1000);
    for (int i = 0; i < 3; i++)
        cr_expect(http2_budget_take(&self, 2000));
    cr_expect_not(http2_budget_take(&self, 2000));
}
