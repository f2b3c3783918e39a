/* Deadlines of tasks. See hob_deadline(). */
#ifndef HOB_RUNTIME_DEADLINE_H
#define HOB_RUNTIME_DEADLINE_H

#include "task.h"

/* A new task has its maker's deadline, or none if its maker is NULL or in a shield. */
void deadline_inherit(struct task *self, const struct task *maker);

/* Before a task waits. Tasks that never wait, most in a fast server, pay nothing for a timer. */
void deadline_arm(struct task *self);

/* When a task ends, or its deadline has changed. */
void deadline_disarm(struct task *self);

#endif
