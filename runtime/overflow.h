/* A message instead of a bare segmentation fault when a coroutine uses up its stack. */
#ifndef HOB_RUNTIME_OVERFLOW_H
#define HOB_RUNTIME_OVERFLOW_H

#include <stddef.h>

/* The thread's stack for signals: when the ordinary one is full, nothing can run on it. */
struct signal_stack {
    void *memory; /* NULL if the thread had one already */
};

/*
 * From now on a fault in a stack's guard on this thread names the task. Leaves a handler for
 * SIGSEGV that the program has installed, or a sanitizer, as it is. Returns 0 or -ENOMEM.
 */
int overflow_watch(struct signal_stack *self);

/* Takes the signal stack back. */
void overflow_unwatch(struct signal_stack *self);

#endif
