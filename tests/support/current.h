/*
 * The insides of what runs a test: its task, and the loop of that.
 */
#ifndef HOB_TESTS_SUPPORT_CURRENT_H
#define HOB_TESTS_SUPPORT_CURRENT_H

#include <ev.h>

#include "runtime/loop.h"
#include "runtime/task.h"

static inline struct task *this_task(void)
{
    return task_current(__func__);
}

/* How many timers and descriptors the loop waits for. */
static inline int active_watchers(void)
{
    return ev_run(loop_current()->ev, EVRUN_NOWAIT);
}

#endif
