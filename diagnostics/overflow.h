/* A message instead of a bare segmentation fault when a coroutine uses up its stack. */
#ifndef HOB_DIAGNOSTICS_OVERFLOW_H
#define HOB_DIAGNOSTICS_OVERFLOW_H

#include <stdbool.h>

struct overflow_watch {
    bool handles;       /* it uses the handler for SIGSEGV */
    void *signal_stack; /* the thread's stack for signals; NULL if it had one already */
};

/*
 * From now on the log names the task when this thread faults in the guard of a stack. Does not
 * replace a handler for SIGSEGV of the program or of a sanitizer. Returns 0 or -ENOMEM.
 */
int overflow_watch(struct overflow_watch *self);

/* Removes the signal stack, and the handler unless another loop needs it. */
void overflow_unwatch(struct overflow_watch *self);

#endif
