/*
 * Switches the thread from one stack to another, and reports that to the sanitizers. context.c is
 * the only file that uses Boost.Context.
 */
#ifndef HOB_RUNTIME_CONTEXT_H
#define HOB_RUNTIME_CONTEXT_H

#include <stddef.h>

typedef void context_entry(void *arg);

/* A place where execution can continue: a stack and the registers saved on it. */
struct context {
    void *saved;        /* where on the stack the registers are; stale while this context runs */
    struct context *to; /* where it switched to last */
    context_entry *entry;
    void *arg;
    const void *bottom; /* of the stack; unset after context_init_current(), except under ASan */
    size_t size;
    void *fake_stack; /* AddressSanitizer's copy of the stack's locals while it does not run */
    void *fiber;      /* ThreadSanitizer's name for this context */
};

/* Makes `self` the context of the calling code, on the present stack. */
void context_init_current(struct context *self);

/*
 * Prepares a context that will call entry(arg) on the stack [bottom, bottom + size) when first
 * switched to. entry must not return: it ends with context_exit().
 */
void context_init(struct context *self, void *bottom, size_t size, context_entry *entry, void *arg);

/* Saves the running context in `from` and continues in `to`. Returns after a switch back. */
void context_switch(struct context *from, struct context *to);

/* Leaves `from` for good. Its stack may be reused from then on. */
_Noreturn void context_exit(struct context *from, struct context *to);

/* Frees what context_init() has allocated. The context must have exited, or never have run. */
void context_destroy(struct context *self);

/*
 * Runs fn(arg) on the stack [bottom, bottom + size), as a call of `self`, which is the context that
 * runs; fn may switch away from it and back. Returns fn's result.
 */
int context_call(struct context *self, void *bottom, size_t size, int (*fn)(void *arg), void *arg);

/*
 * The same on the unused part of the stack of `on`, which has switched away. Until fn has returned,
 * nothing may switch to `on`.
 */
int context_call_on(struct context *self, struct context *on, int (*fn)(void *arg), void *arg);

#endif
