/*
 * Waiting for what has no descriptor to wait for, such as a line in a log.
 */
#ifndef HOB_TESTS_SUPPORT_EVENTUALLY_H
#define HOB_TESTS_SUPPORT_EVENTUALLY_H

#include <stdbool.h>
#include <unistd.h>

#include "tests/support/clock.h"

/* Seconds after which nothing is expected to happen any more, not even on a busy machine. */
#define PATIENCE 20

/* Asks again and again, for as long as patience lasts. Returns whether it came true. */
#define eventually(condition)                                                                      \
    ({                                                                                             \
        double eventually_end = clock_seconds() + PATIENCE;                                        \
        bool eventually_true;                                                                      \
        while (!(eventually_true = (condition)) && clock_seconds() < eventually_end)               \
            usleep(1000);                                                                          \
        eventually_true;                                                                           \
    })

#endif
