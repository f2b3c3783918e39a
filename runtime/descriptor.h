/* Waits for descriptors. See hob_readable(). */
#ifndef HOB_RUNTIME_DESCRIPTOR_H
#define HOB_RUNTIME_DESCRIPTOR_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>

#include "hob/runtime.h"
#include "list.h"

struct loop;

/* Part of a loop. */
struct descriptor_waits {
    struct list beginning; /* in this turn */
    struct list watched;   /* by libev */
    ev_timer audit;        /* finds descriptors that were closed; runs as long as coroutines do */
    bool audit_sleeps;     /* no coroutine has run since the last audit */
    size_t resumed;        /* how often tasks had been resumed at the last audit */

    /* Of hob_watch_new(). */
    struct list changed_watches;  /* to be registered anew at the end of this turn */
    struct list free_watch_waits; /* futures to use again: see future_take() */
    size_t watch_waits;           /* futures that are not ready */
};

void descriptor_waits_init(struct descriptor_waits *self);
void descriptor_waits_free(struct descriptor_waits *self);

/* A future of the current task that is ready when one of the events, of libev, has happened. */
hob_future *descriptor_wait(int fd, int events);

/* Whether epoll accepts it: not if it is closed or was opened with O_PATH. */
bool descriptor_can_be_watched(int fd);

/* Registers the watches of the list as they have to be, and empties it. */
void watches_change(struct list *changed);

/*
 * Makes libev watch the descriptors of the waits that began in this turn. Called right before libev
 * passes them to the kernel, because libev ends the process if one of them is not open then. A wait
 * for a descriptor that is not open is ready with -EBADF.
 */
void descriptor_waits_begin(struct loop *loop);

/*
 * Starts the audit again. Called before coroutines run, if it sleeps: one of them may close a
 * descriptor.
 */
void descriptor_waits_wake_audit(struct loop *loop);

#endif
