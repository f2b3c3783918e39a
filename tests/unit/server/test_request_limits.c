#include "server/request_limits.h"

#include <criterion/criterion.h>

/* nginx, Varnish and Squid close idle connections to a server after 60 to 61.3 s. */
Test(request_limits, proxies_close_idle_connections_before_the_server_does)
{
    hob_server_options options = {0};
    cr_assert_eq(limits_complete(&options), 0);
    cr_expect_gt(options.idle_timeout, 61.3);
}
