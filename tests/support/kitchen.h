/*
 * The hob program with noodles on the stove, for tests of what happens meanwhile.
 */
#ifndef HOB_TESTS_SUPPORT_KITCHEN_H
#define HOB_TESTS_SUPPORT_KITCHEN_H

#include <stddef.h>

#include "tests/support/http_client.h"
#include "tests/support/server_process.h"

#define FRIES_DONE   "french fries cooking done\n"
#define NOODLES_DONE "noodles cooking done\n"

/* Starts a hob that takes hours for a dish, and logs each step. */
#define start_slow_kitchen(...)                                                                    \
    server_start("--time-scale", "1000", "--log-level", "debug", ##__VA_ARGS__)

/*
 * Orders so many noodles and waits until all are on the stove, which the log has to show: level
 * debug.
 */
static inline struct order **cook_noodles(const struct server *server, size_t count)
{
    struct order **orders = order_many(server, "/noodles", count);
    do
        get(server, "/ping"); /* while this is waited for, the orders are sent */
    while (server_log_count(server, "noodles: boil the egg") < count);
    return orders;
}

#endif
