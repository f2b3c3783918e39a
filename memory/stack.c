#include "stack.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/asan.h"
#include "reserve.h"

#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#else
#define VALGRIND_STACK_REGISTER(start, end) 0u
#define VALGRIND_STACK_DEREGISTER(id)       ((void)(id))
#endif

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102 /* linux/mman.h since 6.13 */
#endif

/* Sanitizers make frames several times larger. */
static size_t frame_factor(void)
{
#ifdef HOB_SANITIZED
    return 4;
#else
    return asan_is_there() ? 4 : 1;
#endif
}

/*
 * Most libraries of distributions are compiled without stack probes. Of 163 that were looked at, 89
 * have a frame above 4 KiB, and 11 have one above 64 KiB. A multiple of every page size.
 */
#define GUARD_SIZE (64 * 1024)

void stack_pool_init(struct stack_pool *pool, size_t size)
{
    *pool = (struct stack_pool){
        .guard_size = GUARD_SIZE,
        .map_size = size * frame_factor() + GUARD_SIZE,
    };
    list_init(&pool->parked);
}

/*
 * MADV_GUARD_INSTALL marks pages without splitting the mapping, so the number of stacks is not
 * bounded by vm.max_map_count. mprotect() needs two mappings for each stack, so it fails after some
 * 32,000. With locked memory, filters of system calls and older kernels, MADV_GUARD_INSTALL fails,
 * with various errors.
 */
static int install_guard(struct stack_pool *pool, void *guard)
{
    if (!pool->guard_by_mprotect) {
        if (madvise(guard, pool->guard_size, MADV_GUARD_INSTALL) == 0)
            return 0;
        pool->guard_by_mprotect = errno != ENOMEM; /* that may pass */
    }
    return mprotect(guard, pool->guard_size, PROT_NONE) == 0 ? 0 : -errno;
}

/* Bytes. To map several stacks takes hardly longer than to map one, 1.7 us. */
#define MAPPED_AT_ONCE (3 * 1024 * 1024)

static bool map_unused(struct stack_pool *pool, size_t count)
{
    char *mapping = mmap(
        NULL, count * pool->map_size, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (mapping == MAP_FAILED)
        return false;
    madvise(
        mapping, count * pool->map_size,
        MADV_NOHUGEPAGE); /* or the first access would take 2 MiB */
    pool->unused = mapping;
    pool->unused_end = mapping + count * pool->map_size;
    return true;
}

static struct stack *map_stack(struct stack_pool *pool)
{
    size_t several = MAPPED_AT_ONCE / pool->map_size;
    if (!reserve_refill())
        return NULL;
    if (pool->unused == pool->unused_end && !(several > 1 && map_unused(pool, several)) &&
        !map_unused(pool, 1))
        return NULL;
    char *mapping = pool->unused;
    if (install_guard(pool, mapping) < 0)
        return NULL;
    pool->unused += pool->map_size;
    char *bottom = mapping + pool->guard_size;
    char *end = mapping + pool->map_size;
    struct stack *stack = (struct stack *)(void *)(end - sizeof(struct stack));
    stack->pool = pool;
    stack->bottom = bottom;
    stack->valgrind_id = VALGRIND_STACK_REGISTER(bottom, end);
    pool->mapped_count++;
    return stack;
}

static void unmap_stack(struct stack_pool *pool, struct stack *stack)
{
    VALGRIND_STACK_DEREGISTER(stack->valgrind_id);
    munmap(stack->bottom - pool->guard_size, pool->map_size);
    pool->mapped_count--;
}

static struct stack *take(struct stack_pool *pool)
{
    if (list_empty(&pool->parked))
        return map_stack(pool);
    struct stack *stack = list_entry(pool->parked.prev, struct stack, link);
    list_remove(&stack->link);
    pool->parked_count--;
    if (pool->idle_count > pool->parked_count)
        pool->idle_count = pool->parked_count;
    return stack;
}

struct stack *stack_take(struct stack_pool *pool)
{
    struct stack *stack = take(pool);
    if (lsan_is_there() && stack)
        lsan_register(stack->bottom, pool->map_size - pool->guard_size);
    return stack;
}

void stack_give(struct stack *stack)
{
    struct stack_pool *pool = stack->pool;
    if (lsan_is_there())
        lsan_unregister(stack->bottom, pool->map_size - pool->guard_size);
    list_append(&pool->parked, &stack->link);
    pool->parked_count++;
}

size_t stack_size(const struct stack *stack)
{
    return (size_t)((const char *)stack - stack->bottom);
}

/* Where the lowest page in use begins. */
static const char *lowest_used(const struct stack *stack)
{
    unsigned char resident[64];
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const char *end = stack->bottom + (stack->pool->map_size - stack->pool->guard_size);
    for (char *at = stack->bottom; at < end; at += page * sizeof(resident)) {
        size_t left = (size_t)(end - at) / page;
        size_t count = left < sizeof(resident) ? left : sizeof(resident);
        if (mincore(at, count * page, resident) < 0)
            return at;
        for (size_t i = 0; i < count; i++) {
            if (resident[i] & 1)
                return at + i * page;
        }
    }
    return end;
}

bool stack_begin_measure(const struct stack *stack, char *below)
{
    size_t size = (size_t)(below - stack->bottom);
    size -= size % (size_t)sysconf(_SC_PAGESIZE);
    return size > 0 && madvise(stack->bottom, size, MADV_DONTNEED) == 0 &&
           lowest_used(stack) >= stack->bottom + size;
}

void stack_note_use(const struct stack *stack, struct stack_use *use)
{
    size_t size = stack->pool->map_size - stack->pool->guard_size;
    size_t used = size - (size_t)(lowest_used(stack) - stack->bottom);
    if (use->size == 0 || used * use->size > use->used * size)
        *use = (struct stack_use){used, size};
}

static void unmap_first_parked(struct stack_pool *pool)
{
    struct stack *stack = list_entry(pool->parked.next, struct stack, link);
    list_remove(&stack->link);
    pool->parked_count--;
    unmap_stack(pool, stack);
}

size_t stack_pool_trim(struct stack_pool *pool, size_t limit)
{
    size_t count = (pool->idle_count + 1) / 2;
    for (size_t i = 0; i < count && i < limit; i++)
        unmap_first_parked(pool);
    pool->idle_count = pool->parked_count;
    return pool->parked_count;
}

void stack_pool_destroy(struct stack_pool *pool)
{
    while (!list_empty(&pool->parked))
        unmap_first_parked(pool);
    if (pool->unused < pool->unused_end)
        munmap(pool->unused, (size_t)(pool->unused_end - pool->unused));
    pool->unused = pool->unused_end = NULL;
}
