/*
 * Coroutines that stall, in children whose standard error has the reports.
 */
#ifndef HOB_TESTS_SUPPORT_STALLS_H
#define HOB_TESTS_SUPPORT_STALLS_H

#include <string.h>

#include "hob/runtime.h"
#include "tests/support/child.h"
#include "tests/support/clock.h"
#include "tests/support/cook.h"
#include "tests/support/test.h"

/* Seconds. A stall takes several limits; other work takes much less than one. */
#define LIMIT 0.050
#define LONG  0.300

static inline int count_reports(const char *output)
{
    return (int)count_text(output, "has kept the thread");
}

/* Sets the limit. It holds from the next turn on, so this waits for that. */
static inline void set_stall_limit(double seconds)
{
    hob_stall_limit(seconds);
    hob_sleep(0);
}

/* Of a coroutine that returned its hob_stall_count() to run_cook(). */
static inline void expect_reports(const struct child_end *end, int count)
{
    cr_expect(WIFEXITED(end->status), "status %#x", end->status);
    cr_expect_eq(WEXITSTATUS(end->status), count, "hob_stall_count(): %d", end->status >> 8);
    cr_expect_eq(count_reports(end->output), count, "%s", end->output);
}

static inline int be_busy(void *arg)
{
    keep_busy(LONG);
    return 0;
}

static inline int stall_once(void *arg)
{
    set_stall_limit(LIMIT);
    be_busy(arg);
    return (int)hob_stall_count();
}

#endif
