/*
 * A mistake, and the message that it must end the process with.
 */
#ifndef HOB_TESTS_SUPPORT_MISTAKE_H
#define HOB_TESTS_SUPPORT_MISTAKE_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "hob/runtime.h"
#include "tests/support/child.h"
#include "tests/support/log_line.h"

struct mistake {
    hob_fn *make;
    const char *task; /* NULL: the message names none */
    const char *call;
    const char *what;
};

/* Whether it is one line of the log that begins with "task 'TASK': CALL(): ", and says what. */
static inline void expect_message(const struct child_end *end, const struct mistake *mistake)
{
    char begin[200];
    const char *output = log_message(end->output);
    if (mistake->task)
        snprintf(begin, sizeof(begin), "task '%s': %s(): ", mistake->task, mistake->call);
    else
        snprintf(begin, sizeof(begin), "%s(): ", mistake->call);
    cr_expect(child_aborted(end), "%s: status %#x", mistake->call, end->status);
    cr_expect(strncmp(output, begin, strlen(begin)) == 0, "expected: %s\n%s", begin, output);
    cr_expect_not_null(strstr(output, mistake->what), "expected: %s\n%s", mistake->what, output);
    const char *newline = strchr(output, '\n');
    cr_expect(newline && newline[1] == '\0', "%s", output);
}

#endif
