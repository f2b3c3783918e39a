/* Deadlines of tasks. See hob_deadline(). */
#ifndef HOB_RUNTIME_DEADLINE_H
#define HOB_RUNTIME_DEADLINE_H

#include "task.h"

/* A new task has its maker's deadline, or none if its maker is NULL. */
void deadline_inherit(struct task *self, const struct task *maker);

/* Called before a task waits: starts its timer, which tasks that never wait do not need. */
void deadline_arm(struct task *self);

/*
 * Limits the task like a deadline of its maker: from this time on, by hob_now(), its awaits return
 * -ETIMEDOUT, and it cannot set a later deadline. INFINITY is no limit. Returns the deadline
 * before.
 */
struct deadline deadline_limit(struct task *self, double when);

/* Removes such a limit. A deadline that the task has set itself meanwhile stays. */
void deadline_unlimit(struct task *self, struct deadline before);

/* Restores a deadline, and drops those that the task has set meanwhile. */
void deadline_restore(struct task *self, struct deadline before);

/* Stops the timer: called when a task ends, or its deadline has changed. */
void deadline_disarm(struct task *self);

#endif
