/*
 * Memory and clean-ups that end at the same time: first the clean-ups run, in reverse order, and
 * then all memory is freed. All zero is an empty arena.
 */
#ifndef HOB_RUNTIME_ARENA_H
#define HOB_RUNTIME_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct chunk;

struct cleanup {
    struct cleanup *older;
    void (*fn)(void *arg);
    void *arg;
};

struct arena {
    struct chunk *chunks; /* the newest first */
    char *free;           /* what is left of the newest chunk */
    size_t free_size;
    struct cleanup *cleanups; /* the newest first */
};

/* Returns `size` bytes, aligned for any type, not initialised. NULL when out of memory. */
void *arena_alloc(struct arena *self, size_t size);

/*
 * Adds the clean-up fn(arg). Returns 0, or -ENOMEM: then fn(arg) was called at once, so that it has
 * freed its argument.
 */
int arena_defer(struct arena *self, void (*fn)(void *arg), void *arg);

/* The same with the caller's memory, which fn may free. Cannot fail. */
void arena_push(struct arena *self, struct cleanup *cleanup, void (*fn)(void *arg), void *arg);

/* Removes a clean-up that arena_push() has added and that has not run yet. */
void arena_remove(struct arena *self, struct cleanup *cleanup);

/* Runs the clean-up that was added last, and removes it. Returns false if there was none. */
bool arena_clean_up(struct arena *self);

struct task;

/*
 * Whether a variable is gone when the clean-ups of the running task run: it lies in a frame of the
 * function that the arena belongs to, or of a function that this one calls.
 */
bool arena_outlives(const struct task *task, const void *variable);

/* Frees the memory, when all clean-ups are done. */
void arena_free(struct arena *self);

#endif
