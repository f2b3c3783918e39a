/* A line of the log. */
#ifndef HOB_TESTS_SUPPORT_LOG_LINE_H
#define HOB_TESTS_SUPPORT_LOG_LINE_H

#include "tests/support/criterion.h"

#include <string.h>

/* Returns what follows the time and the level of a line: its message, and the lines behind it. */
static inline const char *log_message(const char *line)
{
    size_t prefix = strlen("2026-11-22T03:30:01.123Z info  ");
    cr_assert_geq(strlen(line), prefix, "not a line of the log: %s", line);
    cr_assert_eq(line[strlen("2026-11-22")], 'T', "not a line of the log: %s", line);
    return line + prefix;
}

#endif
