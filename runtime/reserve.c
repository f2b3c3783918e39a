#include "reserve.h"

#include <errno.h>
#include <ev.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include "misuse.h"

/*
 * Enough for what watches the tasks and connections that exist when memory ends: libev's arrays
 * take some 60 bytes for a descriptor or a timer, and they double. What is not used costs address
 * space alone.
 */
#define SIZE_AT_LEAST ((size_t)256 * 1024)

/* libev has one allocator for the process, so there is one reserve. */
static struct {
    pthread_mutex_t lock; /* guards what follows, but for `whole` */
    void *memory;
    size_t size;
    size_t target; /* what `size` should be */
    atomic_bool whole;
} reserve = {.lock = PTHREAD_MUTEX_INITIALIZER, .target = SIZE_AT_LEAST};

/* Maps that much, or as much of it as there is. Locked. */
static void refill(void)
{
    for (size_t size = reserve.target; size > reserve.size; size /= 2) {
        void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
            continue;
        if (reserve.memory)
            munmap(reserve.memory, reserve.size);
        reserve.memory = memory;
        reserve.size = size;
    }
    reserve.whole = reserve.size >= reserve.target;
}

/* There is no other memory: the allocator can have this. Locked. */
static void give_up(void)
{
    if (reserve.memory)
        munmap(reserve.memory, reserve.size);
    reserve.memory = NULL;
    reserve.size = 0;
}

/* As realloc(3), from the reserve if need be. */
static void *grow(void *memory, size_t size)
{
    void *grown = realloc(memory, size);
    pthread_mutex_lock(&reserve.lock);
    if (!grown) {
        give_up();
        grown = realloc(memory, size);
    }
    /* The largest array may double next, and so may the others, which are no larger together. */
    if (8 * size > reserve.target)
        reserve.target = 8 * size;
    refill();
    pthread_mutex_unlock(&reserve.lock);
    return grown;
}

static void *reallocate(void *memory, long size)
{
    if (size > 0)
        return grow(memory, (size_t)size);
    free(memory);
    return NULL;
}

/*
 * libev tries again what takes a descriptor, such as a new epoll set in place of one that it has
 * closed: another thread may have taken that one, and gives it back or not.
 */
static void on_system_error(const char *message)
{
    const struct timespec moment = {.tv_nsec = 1000000};
    if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
        nanosleep(&moment, NULL);
    else
        misuse(message, "the event loop cannot go on: its descriptor was closed by the program");
}

void reserve_install(void)
{
    ev_set_allocator(reallocate);
    ev_set_syserr_cb(on_system_error);
}

bool reserve_is_whole(void)
{
    if (atomic_load_explicit(&reserve.whole, memory_order_relaxed))
        return true;
    pthread_mutex_lock(&reserve.lock);
    refill();
    bool whole = reserve.whole;
    pthread_mutex_unlock(&reserve.lock);
    return whole;
}
