/* Deadlines of tasks. See hob_deadline(). */
#ifndef HOB_RUNTIME_DEADLINE_H
#define HOB_RUNTIME_DEADLINE_H

#include "task.h"

/* A new task has its maker's deadline, or none if its maker is NULL. */
void deadline_inherit(struct task *self, const struct task *maker);

/* Before a task waits. Tasks that never wait, most in a fast server, pay nothing for a timer. */
void deadline_arm(struct task *self);

/*
 * Limits the task as its maker's deadline does: from this time on, by hob_now(), its awaits return
 * -ETIMEDOUT, and it cannot give itself more. INFINITY is no limit. Returns what it had before.
 */
struct deadline deadline_limit(struct task *self, double when);

/* Takes such a limit back. A deadline that the task has given itself meanwhile stays. */
void deadline_unlimit(struct task *self, struct deadline before);

/* Goes back to what the task had before, whatever it has given itself meanwhile. */
void deadline_restore(struct task *self, struct deadline before);

/* When a task ends, or its deadline has changed. */
void deadline_disarm(struct task *self);

#endif
