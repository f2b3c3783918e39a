#include "server/server.h"

#include "tests/support/test.h"

#include <math.h>

/* nginx, Varnish and Squid close idle connections to a server after 60 to 61.3 s. */
Test(server_options, proxies_close_idle_connections_first)
{
    hob_server_options options = {0};
    cr_assert_eq(server_options_complete(&options), 0);
    cr_expect_gt(options.idle_timeout, 61.3);
}

Test(server_options, a_grace_that_is_left_out_has_its_default)
{
    hob_server_options options = {0};
    cr_assert_eq(server_options_complete(&options), 0);
    cr_expect_eq(options.grace, 30);
    cr_expect_eq(options.idle_grace, 1);
    cr_expect_eq(options.drain_delay, 0);
}

Test(server_options, a_grace_can_be_none)
{
    hob_server_options options = {.grace = -1, .idle_grace = -INFINITY};
    cr_assert_eq(server_options_complete(&options), 0);
    cr_expect_eq(options.grace, 0);
    cr_expect_eq(options.idle_grace, 0);
}

Test(server_options, a_grace_that_is_not_a_number_is_refused)
{
    cr_expect_eq(server_options_complete(&(hob_server_options){.grace = NAN}), -ERANGE);
    cr_expect_eq(server_options_complete(&(hob_server_options){.idle_grace = NAN}), -ERANGE);
    cr_expect_eq(server_options_complete(&(hob_server_options){.drain_delay = NAN}), -ERANGE);
}
