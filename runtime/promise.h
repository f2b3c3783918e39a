/*
 * A promise has two users, the task that awaits it and the code that resolves it. They may finish
 * in either order, and the last one frees it.
 */
#ifndef HOB_RUNTIME_PROMISE_H
#define HOB_RUNTIME_PROMISE_H

#include <stdbool.h>

#include "future.h"

struct promise {
    hob_future future;
    bool resolved;
    bool released;
    bool remote; /* another thread resolves it */
};

/* A promise at the beginning of `size` bytes, all zero behind it. NULL when out of memory. */
struct promise *promise_new(size_t size, struct task *maker);

/* On the loop's thread. */
void promise_resolve(struct promise *self, int result);

#endif
