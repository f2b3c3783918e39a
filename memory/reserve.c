#include "reserve.h"

#include <errno.h>
#include <ev.h>
#include <malloc.h>
#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "hob/log.h"

/*
 * Enough for the watchers of the tasks and connections that exist when memory ends: libev's arrays
 * take some 60 bytes for a descriptor or a timer, and they double. Unused memory costs only address
 * space.
 */
#define SIZE_AT_LEAST ((size_t)256 * 1024)

/* A mapping from which blocks are taken, one behind the other. This struct is at its beginning. */
struct region {
    struct region *older;
    size_t size;
    size_t used;
    size_t live; /* blocks that were taken and not given back */
};

/* Before each block. */
struct block {
    alignas(max_align_t) size_t size;
};

/* libev has one allocator for the process, so there is one reserve. */
static struct {
    pthread_mutex_t lock;   /* guards the other members, except `full` */
    struct region *regions; /* the newest first: blocks are taken from it */
    size_t target;          /* bytes that should be free in the newest region */
    size_t users;           /* loops of this library */
    atomic_bool full;
} reserve = {.lock = PTHREAD_MUTEX_INITIALIZER, .target = SIZE_AT_LEAST};

static size_t room(void)
{
    return reserve.regions ? reserve.regions->size - reserve.regions->used : 0;
}

/* The region that memory was taken from; NULL if it is of malloc(3). */
static struct region *region_of(const void *memory)
{
    const char *address = memory;
    struct region *region = reserve.regions;
    while (region && !(address > (char *)region && address < (char *)region + region->size))
        region = region->older;
    return region;
}

/* Unmaps the regions, other than the newest, of which no block is in use. */
static void unmap_unused(void)
{
    struct region **place = &reserve.regions;
    while (*place) {
        struct region *region = *place;
        if (region == reserve.regions || region->live > 0) {
            place = &region->older;
            continue;
        }
        *place = region->older;
        munmap(region, region->size);
    }
}

/* Maps a new region, or as much of it as there is memory for. */
static void refill(void)
{
    for (size_t size = 2 * reserve.target; room() < reserve.target && size / 2 > room();
         size /= 2) {
        struct region *region =
            mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (region == MAP_FAILED)
            continue;
        *region =
            (struct region){.older = reserve.regions, .size = size, .used = sizeof(struct region)};
        reserve.regions = region;
    }
    unmap_unused();
    reserve.full = room() >= reserve.target;
}

static void *take(size_t size)
{
    size_t with_block = (sizeof(struct block) + size + alignof(max_align_t) - 1) /
                        alignof(max_align_t) * alignof(max_align_t);
    if (with_block > room())
        return NULL;
    struct region *region = reserve.regions;
    struct block *block = (struct block *)(void *)((char *)region + region->used);
    region->used += with_block;
    region->live++;
    block->size = size;
    return block + 1;
}

static size_t size_of(void *memory)
{
    if (!memory)
        return 0;
    return region_of(memory) ? ((struct block *)memory - 1)->size : malloc_usable_size(memory);
}

static void give_back(void *memory)
{
    struct region *region = region_of(memory);
    if (!region)
        free(memory);
    else if (--region->live == 0)
        unmap_unused();
}

/* As realloc(3), from the reserve if there is no other memory. */
static void *grow(void *memory, size_t size)
{
    bool reserved = region_of(memory);
    void *grown = reserved ? malloc(size) : realloc(memory, size);
    if (grown && !reserved)
        return grown;
    if (!grown)
        grown = take(size);
    if (!grown)
        return NULL;
    size_t before = size_of(memory);
    if (memory)
        memcpy(grown, memory, before < size ? before : size);
    give_back(memory);
    return grown;
}

static void *reallocate(void *memory, long size)
{
    void *grown = NULL;
    pthread_mutex_lock(&reserve.lock);
    if (size > 0) {
        grown = grow(memory, (size_t)size);
        /* The largest array may double, and so may the others, which are smaller in sum. */
        if (8 * (size_t)size > reserve.target)
            reserve.target = 8 * (size_t)size;
        refill();
    } else {
        give_back(memory);
    }
    pthread_mutex_unlock(&reserve.lock);
    return grown;
}

_Noreturn static void fail(const char *message)
{
    hob_log(
        HOB_LOG_ERROR,
        "%s: the event loop cannot continue: its descriptor was closed by the program", message);
    abort();
}

/*
 * Called before libev repeats a failed call, such as that for a new epoll set in place of one that
 * it has closed. Another thread may have opened a file with that descriptor, and may close it.
 */
static void on_system_error(const char *message)
{
    const struct timespec moment = {.tv_nsec = 1000000};
    if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
        nanosleep(&moment, NULL);
    else
        fail(message);
}

/* libev's own allocator is glibc's realloc(3), which frees a block that is to have no size. */
static void use_malloc(void)
{
    ev_set_allocator((void *(*)(void *, long))realloc);
    ev_set_syserr_cb(NULL);
}

/* Returns whether a loop that the program itself has made still uses blocks. */
static bool is_used(void)
{
    for (const struct region *region = reserve.regions; region; region = region->older) {
        if (region->live > 0)
            return true;
    }
    return false;
}

static void unmap_all(void)
{
    while (reserve.regions) {
        struct region *region = reserve.regions;
        reserve.regions = region->older;
        munmap(region, region->size);
    }
    reserve.full = false;
}

void reserve_use(void)
{
    pthread_mutex_lock(&reserve.lock);
    reserve.users++;
    ev_set_allocator(reallocate);
    ev_set_syserr_cb(on_system_error);
    pthread_mutex_unlock(&reserve.lock);
}

void reserve_release(void)
{
    pthread_mutex_lock(&reserve.lock);
    if (--reserve.users == 0 && !is_used()) {
        use_malloc();
        unmap_all();
    }
    pthread_mutex_unlock(&reserve.lock);
}

bool reserve_refill(void)
{
    if (atomic_load_explicit(&reserve.full, memory_order_relaxed))
        return true;
    pthread_mutex_lock(&reserve.lock);
    refill();
    bool full = reserve.full;
    pthread_mutex_unlock(&reserve.lock);
    return full;
}
