/*
 * The name of a task in messages: "task 'cook'", or the request that it serves: "GET /orders/{id}
 * (path /orders/7, request id 5e0b1a7c)". May be used in a signal handler.
 */
#ifndef HOB_DIAGNOSTICS_DESCRIBE_H
#define HOB_DIAGNOSTICS_DESCRIBE_H

#include <stddef.h>

struct task;

enum { DESCRIPTION_SIZE = 500 };

/*
 * Describes a task better than its name does: see struct task_role. Writes up to `size` bytes;
 * `arg` is that of the task. Returns the number of characters that the whole text has, as
 * snprintf(3), or 0 to use the task's name. Must not wait, allocate or lock: it may run in a signal
 * handler.
 */
typedef int describe_fn(const void *arg, char *text, size_t size);

/* Describes a task, with the nearest maker that has a description. Returns the text. */
const char *task_describe(const struct task *task, char text[static DESCRIPTION_SIZE]);

#endif
