/*
 * The task "cook": the first coroutine of a loop in a child process.
 */
#ifndef HOB_TESTS_SUPPORT_COOK_H
#define HOB_TESTS_SUPPORT_COOK_H

#include "hob/runtime.h"
#include "tests/support/child.h"

/* Takes the address of a hob_fn. Its result becomes the exit status. */
static inline void block_on_cook(void *fn)
{
    _exit(hob_block_on_named("cook", *(hob_fn **)fn, NULL));
}

static inline struct child_end run_cook(hob_fn *fn)
{
    return run_in_child(block_on_cook, &fn);
}

#endif
