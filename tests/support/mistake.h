/*
 * A mistake, and the message that it must end the process with.
 */
#ifndef HOB_TESTS_SUPPORT_MISTAKE_H
#define HOB_TESTS_SUPPORT_MISTAKE_H

#include <stdio.h>
#include <string.h>

#include "hob/runtime.h"
#include "tests/support/child.h"
#include "tests/support/criterion.h"
#include "tests/support/log_line.h"

struct mistake {
    hob_fn *make;
    const char *task; /* NULL: the message names none */
    const char *call;
    const char *what; /* a part of the message */
};

/* Expects one line of the log, which begins with "task 'TASK': CALL(): " and has `what` in it. */
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

static inline int make_mistake(void *arg)
{
    const struct mistake *mistake = arg;
    hob_stall_limit(0); /* a stall on a busy machine would be another line of the log */
    return mistake->make(NULL);
}

static inline void block_on_mistake(void *mistake)
{
    hob_block_on_named("cook", make_mistake, mistake);
}

/* Makes each mistake in the first coroutine of a child, and expects its message. */
static inline void expect_mistakes(struct mistake *mistakes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct child_end end = run_in_child(block_on_mistake, &mistakes[i]);
        expect_message(&end, &mistakes[i]);
    }
}

#endif
