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
    ev_timer audit;         /* finds descriptors that were closed; active while coroutines run */
    struct turn_hook wake;  /* starts it again; added while it is not active */
    size_t resumed;         /* how often tasks had been resumed at the last audit */
    struct list watches;    /* those of hob_watch_new() that a coroutine has waited for */
    size_t watch_waits;     /* futures of a hob_watch that are not ready */
    struct list free_waits; /* ... that can be used again: see future_take() */
};

/* Returns the data of the task's loop; makes it if there is none. NULL when out of memory. */
struct descriptors *descriptors_ensure(const struct task *task);

/* At the end of their loop: they can then be freed, or used in another loop. */
void watches_detach(struct list *watches);

/* Returns a future that is ready when one of the events of libev has happened. */
hob_future *descriptor_wait(int fd, int events);

/* Whether epoll accepts a descriptor: it is open, and not by O_PATH. */
bool descriptor_can_be_watched(int fd);

#endif
