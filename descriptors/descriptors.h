/* The data of a loop for waits for descriptors, which the first such wait makes. */
#ifndef HOB_DESCRIPTORS_DESCRIPTORS_H
#define HOB_DESCRIPTORS_DESCRIPTORS_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>

#include "hob/runtime.h"
#include "runtime/list.h"
#include "runtime/loop.h"

struct descriptors {
    struct loop *loop;
    struct list awaited;    /* by hob_readable() and the like, and watched by libev */
    ev_timer audit;         /* finds descriptors that were closed; runs while coroutines do */
    struct turn_hook wake;  /* ... and starts it again; in use while it does not run */
    size_t resumed;         /* how often tasks had been resumed at the last audit */
    struct list watches;    /* those of hob_watch_new() that a coroutine has waited for */
    size_t watch_waits;     /* futures of a hob_watch that are not ready */
    struct list free_waits; /* ... that can be used again: see future_take() */
};

/* Those of the task's loop, made if there are none. NULL when out of memory. */
struct descriptors *descriptors_of(const struct task *task);

/* When their loop ends: they may be freed, or used in another one. */
void watches_detach(struct list *watches);

/* A future of the current task that is ready when one of the events, of libev, has happened. */
hob_future *descriptor_wait(int fd, int events);

/* Whether epoll accepts it: not if it is closed or was opened with O_PATH. */
bool descriptor_can_be_watched(int fd);

#endif
