/*
 * The stacks of one thread: a pool for each size. Sizes are powers of two, so that there are few
 * pools and a stack that one coroutine had fits the next one.
 */
#ifndef HOB_RUNTIME_STACKS_H
#define HOB_RUNTIME_STACKS_H

#include <stddef.h>

#include "stack.h"

#define STACK_SIZE_MIN ((size_t)64 * 1024)

enum {
    STACK_SIZES = 11,       /* the last one is HOB_STACK_MAX */
    STACK_SIZE_DEFAULT = 1, /* 128 KiB: docs/stacks.md lists what calls need */
};

struct stacks {
    struct stack_pool of_size[STACK_SIZES]; /* of STACK_SIZE_MIN << index */
};

void stacks_init(struct stacks *self);

/* Unmaps all parked stacks. None may be in use. */
void stacks_destroy(struct stacks *self);

/* The pool for coroutines that ask for no size. */
static inline struct stack_pool *stacks_usual(struct stacks *self)
{
    return &self->of_size[STACK_SIZE_DEFAULT];
}

/*
 * The pool of the smallest stacks that have at least so many bytes; 0 means the usual ones. NULL if
 * there are none that large.
 */
struct stack_pool *stacks_of_size(struct stacks *self, size_t size);

/* stack_pool_trim() for all pools: up to `limit` stacks in all. Returns how many are parked. */
size_t stacks_trim(struct stacks *self, size_t limit);

/* How many are mapped, and how many of these are in use. */
struct stacks_count {
    size_t mapped;
    size_t used;
};
struct stacks_count stacks_count(const struct stacks *self);

#endif
