#include "arena.h"

#include <errno.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

#include "diagnostics/misuse.h"
#include "hob/runtime.h"
#include "memory/stack.h"
#include "task.h"

/* Small: most coroutines that use their arena need one or two strings. */
#define CHUNK_SIZE 1024
#define ALIGNMENT  alignof(max_align_t)

struct chunk {
    struct chunk *older;
    alignas(max_align_t) char bytes[];
};

/* Adds a chunk for large memory, behind the one that has room for more small memory. */
static void *alloc_large(struct arena *self, size_t size)
{
    struct chunk *chunk = malloc(sizeof(*chunk) + size);
    if (!chunk)
        return NULL;
    struct chunk **place = self->chunks ? &self->chunks->older : &self->chunks;
    chunk->older = *place;
    *place = chunk;
    return chunk->bytes;
}

static int add_chunk(struct arena *self)
{
    struct chunk *chunk = malloc(CHUNK_SIZE);
    if (!chunk)
        return -ENOMEM;
    chunk->older = self->chunks;
    self->chunks = chunk;
    self->free = chunk->bytes;
    self->free_size = CHUNK_SIZE - sizeof(*chunk);
    return 0;
}

void *arena_alloc(struct arena *self, size_t size)
{
    if (size > PTRDIFF_MAX - CHUNK_SIZE)
        return NULL;
    if (size == 0)
        size = 1; /* NULL would mean that there is no memory */
    size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (size > self->free_size) {
        if (size > CHUNK_SIZE / 4)
            return alloc_large(self, size);
        if (add_chunk(self) < 0)
            return NULL;
    }
    void *memory = self->free;
    self->free += size;
    self->free_size -= size;
    return memory;
}

void arena_push(struct arena *self, struct cleanup *cleanup, void (*fn)(void *arg), void *arg)
{
    *cleanup = (struct cleanup){.older = self->cleanups, .fn = fn, .arg = arg};
    self->cleanups = cleanup;
}

int arena_defer(struct arena *self, void (*fn)(void *arg), void *arg)
{
    struct cleanup *cleanup = arena_alloc(self, sizeof(*cleanup));
    if (!cleanup) {
        fn(arg);
        return -ENOMEM;
    }
    arena_push(self, cleanup, fn, arg);
    return 0;
}

void arena_remove(struct arena *self, struct cleanup *cleanup)
{
    struct cleanup **place = &self->cleanups;
    while (*place != cleanup)
        place = &(*place)->older;
    *place = cleanup->older;
}

bool arena_clean_up(struct arena *self)
{
    struct cleanup *cleanup = self->cleanups;
    if (!cleanup)
        return false;
    self->cleanups = cleanup->older; /* first: it may defer another one */
    cleanup->fn(cleanup->arg);
    return true;
}

void arena_free(struct arena *self)
{
    while (self->chunks) {
        struct chunk *chunk = self->chunks;
        self->chunks = chunk->older;
        free(chunk);
    }
    *self = (struct arena){0};
}

void *hob_alloc(size_t size)
{
    return arena_alloc(&task_current(__func__)->arena, size);
}

bool arena_outlives(const struct task *task, const void *variable)
{
    const char *address = variable;
    const char *end = task->scope ? task->scope : (const char *)task;
    const struct stack *sized = task->sized; /* from hob_call_sized(), which ends before as well */
    return (address >= task->stack->bottom && address < end) ||
           (sized && address >= sized->bottom && address < (const char *)sized);
}

int hob_defer(void (*fn)(void *arg), void *arg)
{
    struct task *task = task_current(__func__);
    if (arena_outlives(task, arg))
        misuse(__func__, "the argument is a local variable, which is gone when the clean-up runs");
    return arena_defer(&task->arena, fn, arg);
}
