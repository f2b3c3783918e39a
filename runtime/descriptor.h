/* Waits for descriptors. See hob_readable(). */
#ifndef HOB_RUNTIME_DESCRIPTOR_H
#define HOB_RUNTIME_DESCRIPTOR_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>

#include "hob/runtime.h"
#include "list.h"

struct loop;

/* What is done once, at the end of a turn, before libev passes its watchers to the kernel. */
struct turn_end {
    struct list link; /* in the loop's descriptor_waits while it is to be done */
    void (*fn)(struct turn_end *self);
};

/* Part of a loop. */
struct descriptor_waits {
    struct list turn_ends;
    struct list watched; /* by libev */
    ev_timer audit;      /* finds descriptors that were closed; runs as long as coroutines do */
    bool audit_sleeps;   /* no coroutine has run since the last audit */
    size_t resumed;      /* how often tasks had been resumed at the last audit */

    /* Of hob_watch_new(). */
    struct list free_watch_waits; /* futures to use again: see future_take() */
    size_t watch_waits;           /* futures that are not ready */
};

void descriptor_waits_init(struct descriptor_waits *self);
void descriptor_waits_free(struct descriptor_waits *self);

/* A future of the current task that is ready when one of the events, of libev, has happened. */
hob_future *descriptor_wait(int fd, int events);

/* Whether epoll accepts it: not if it is closed or was opened with O_PATH. */
bool descriptor_can_be_watched(int fd);

/*
 * Makes libev watch the descriptors of the waits that began in this turn. Called right before libev
 * passes them to the kernel, because libev ends the process if one of them is not open then. A wait
 * for a descriptor that is not open is ready with -EBADF.
 */
void descriptor_waits_end_turn(struct descriptor_waits *self);

/* Has it done at the end of this turn. */
static inline void descriptor_waits_at_end(struct descriptor_waits *self, struct turn_end *end)
{
    list_remove(&end->link);
    list_append(&self->turn_ends, &end->link);
}

/*
 * Starts the audit again. Called before coroutines run, if it sleeps: one of them may close a
 * descriptor.
 */
void descriptor_waits_wake_audit(struct loop *loop);

#endif
