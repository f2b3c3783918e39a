/* Waits for descriptors. See hob_readable(). */
#ifndef HOB_RUNTIME_DESCRIPTOR_H
#define HOB_RUNTIME_DESCRIPTOR_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>

#include "list.h"

struct loop;

/* Part of a loop. */
struct descriptor_waits {
    struct list beginning; /* in this turn */
    struct list watched;   /* by libev */
    ev_timer audit;        /* looks for those that were closed, as long as coroutines run */
    bool audit_sleeps;     /* until one runs */
    size_t resumed;        /* how often tasks had been resumed at the last audit */
};

void descriptor_waits_init(struct descriptor_waits *self);

/*
 * Has libev watch the descriptors of the waits that began in this turn. Called as late as possible:
 * libev ends the process if one is not open when it tells the kernel, and until then it may still
 * be closed. Those are ready with -EBADF.
 */
void descriptor_waits_begin(struct loop *loop);

/* Before coroutines run, if the audit sleeps: one of them may close a descriptor. */
void descriptor_waits_wake_audit(struct loop *loop);

#endif
