/* Mistakes in the program that uses hob: they are logged, and end the process. */
#ifndef HOB_DIAGNOSTICS_MISUSE_H
#define HOB_DIAGNOSTICS_MISUSE_H

struct task;

/*
 * Logs "task 'cook_noodles': hob_await(): the future ...", and calls abort(3). The task is the one
 * that runs, if any.
 */
_Noreturn void misuse(const char *call, const char *message);

/* The same for a given task, or NULL for none. */
_Noreturn void misuse_by(const struct task *task, const char *call, const char *message);

#endif
