/*
 * Logs why clients are refused: the first time at once, and then in sums, since there may be
 * thousands a second.
 */
#ifndef HOB_SERVER_REFUSALS_H
#define HOB_SERVER_REFUSALS_H

#include <ev.h>
#include <stddef.h>

struct refusals {
    struct ev_loop *ev;
    ev_timer pause; /* runs while the log is not written to */
    size_t count;   /* since it was written to */
    char why[100];  /* the last one's reason */
};

void refusals_init(struct refusals *self, struct ev_loop *ev);

/* Notes that a client is refused: what happens to it, and the errno that caused it. */
void refusals_note(struct refusals *self, const char *what, int err);

/* Logs those that were not logged yet. */
void refusals_end(struct refusals *self);

#endif
