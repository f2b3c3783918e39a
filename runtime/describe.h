/*
 * What messages call a task: "task 'cook'", or by the request that it serves: "GET /orders/{id}
 * (path /orders/7, request id 5e0b1a7c)". May be used in a signal handler.
 */
#ifndef HOB_RUNTIME_DESCRIBE_H
#define HOB_RUNTIME_DESCRIBE_H

#include <stddef.h>

struct task;

enum { DESCRIPTION_SIZE = 500 };

/*
 * Writes what a task does into `size` bytes, where its name would not say much: see struct
 * task_role. `arg` is the task's. Returns how many characters it would have written, as
 * snprintf(3), or 0 to leave it at the name. It must not wait, allocate or lock: it may run in a
 * signal handler.
 */
typedef int describe_fn(const void *arg, char *text, size_t size);

/* Describes a task, and the one that it is a part of. Returns the text. */
const char *task_describe(const struct task *task, char text[static DESCRIPTION_SIZE]);

#endif
