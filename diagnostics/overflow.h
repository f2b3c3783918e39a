/* A message instead of a bare segmentation fault when a coroutine uses up its stack. */
#ifndef HOB_DIAGNOSTICS_OVERFLOW_H
#define HOB_DIAGNOSTICS_OVERFLOW_H

#include <stdbool.h>

struct overflow_watch {
    bool handles;       /* it uses the handler for SIGSEGV */
    void *signal_stack; /* the thread's stack for signals; NULL if it had one already */
};

/*
 * From now on a fault in a stack's guard on this thread names the task. Leaves a handler for
 * SIGSEGV that the program has installed, or a sanitizer, as it is. Returns 0 or -ENOMEM.
 */
int overflow_watch(struct overflow_watch *self);

/* Takes the signal stack back, and the handler if no other loop needs it. */
void overflow_unwatch(struct overflow_watch *self);

#endif
