/*
 * The stacks that coroutines run on: mapped, guarded, and pooled. Those of a pool have one size.
 *
 *     low address                                                       high address
 *     | guard | free ............ <- grows down | first frames | what `top` holds |
 *
 * An access to the guard faults. Code that is compiled without stack probes can skip a part of it,
 * so the guard is larger than nearly all frames of such code. Only pages that were used cost
 * memory: a coroutine that waits in a shallow call costs one.
 */
#ifndef HOB_MEMORY_STACK_H
#define HOB_MEMORY_STACK_H

#include <stdbool.h>
#include <stddef.h>

#include "runtime/list.h"

/* A mapped stack; the record itself lies in the stack's highest bytes. */
struct stack {
    struct stack_pool *pool;
    struct list link; /* in the pool's list while parked */
    char *bottom;     /* lowest usable address, right above the guard */
    unsigned valgrind_id;
    struct stack_use *use; /* where to note how much is used; mostly NULL */
};

/* The maximum use of several stacks: of the one of which the largest part was used. */
struct stack_use {
    size_t used; /* bytes, in whole pages */
    size_t size;
};

/* Stacks of one thread. The one parked last is taken first: its pages are in the cache. */
struct stack_pool {
    struct list parked; /* in the order in which they were parked */
    size_t parked_count;
    size_t idle_count;   /* how many of them were not taken since the last trim */
    size_t mapped_count; /* parked or in use */
    char *unused;        /* mapped for stacks that were not taken yet */
    char *unused_end;
    size_t map_size; /* bytes of each stack, the guard included */
    size_t guard_size;
    bool guard_by_mprotect; /* MADV_GUARD_INSTALL has failed: Linux before 6.13, for example */
};

/* A pool of stacks of `size` bytes, which is a multiple of 64 KiB. */
void stack_pool_init(struct stack_pool *pool, size_t size);

/* A stack from the pool or a new one. NULL when the system has no memory or mappings left. */
struct stack *stack_take(struct stack_pool *pool);

/* Parks a stack in its pool for the next stack_take(). */
void stack_give(struct stack *stack);

/* Bytes that can be used between stack->bottom and the stack record. */
size_t stack_size(const struct stack *stack);

/*
 * Begins to measure: gives the pages below `below`, which must be unused, back to the system.
 * Returns false if the system does not report which pages are used, as with locked memory.
 */
bool stack_begin_measure(const struct stack *stack, char *below);

/* Notes how much of the stack was used since then, if that is more than *use. */
void stack_note_use(const struct stack *stack, struct stack_use *use);

/*
 * Gives back to the system half of the stacks that were parked all the time since the last call,
 * but no more than `limit`. Returns how many parked stacks are left.
 */
size_t stack_pool_trim(struct stack_pool *pool, size_t limit);

/* Unmaps all parked stacks. None may be in use. */
void stack_pool_destroy(struct stack_pool *pool);

/*
 * The stacks of one thread: a pool for each size. Sizes are powers of two, so that there are few
 * pools and a stack that one coroutine had fits the next one.
 */
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
static inline struct stack_pool *stacks_default(struct stacks *self)
{
    return &self->of_size[STACK_SIZE_DEFAULT];
}

/*
 * The pool of the smallest stacks that have at least so many bytes; 0 means the default ones. NULL
 * if there are none that large.
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
