/*
 * How hob refuses a wrong option, variable or argument.
 */
#ifndef HOB_TESTS_SUPPORT_REFUSED_H
#define HOB_TESTS_SUPPORT_REFUSED_H

#include <stddef.h>
#include <string.h>

#include "tests/support/criterion.h"
#include "tests/support/process.h"

/* The exit status. */
#define BAD_USAGE 2

static inline size_t count_lines(const char *text)
{
    size_t lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

/* Expects it to end with one line, on standard error alone, that has both texts in it. */
static inline void expect_refused(struct process *hob, const char *what, const char *value)
{
    cr_expect_eq(process_result(hob), BAD_USAGE, "%s '%s': %d", what, value, hob->result);
    const char *errors = process_errors(hob);
    cr_expect_eq(count_lines(errors), 1, "%s", errors);
    cr_expect(strncmp(errors, "hob: ", 5) == 0, "%s", errors);
    cr_expect(strstr(errors, what), "'%s' is not in: %s", what, errors);
    cr_expect(strstr(errors, value), "'%s' is not in: %s", value, errors);
    cr_expect_str_empty(process_output(hob));
}

#endif
