/*
 * The log of clients that are refused for one reason: a line for the first one, and then one line
 * for all of some seconds, since there may be thousands in a second.
 */
#ifndef HOB_DIAGNOSTICS_REFUSAL_LOG_H
#define HOB_DIAGNOSTICS_REFUSAL_LOG_H

#include <ev.h>
#include <stddef.h>

struct refusal_log {
    struct ev_loop *ev;
    ev_timer pause; /* runs while no line is logged */
    size_t count;   /* refusals since the last line */
    char why[200];  /* the reason of the last one */
};

void refusal_log_init(struct refusal_log *self, struct ev_loop *ev);

/* Logs that a client is refused: a phrase with the effect, and the errno that caused it. */
void refusal_log_add(struct refusal_log *self, const char *what, int err);

/* Logs the sum of the refusals that were not logged yet. */
void refusal_log_end(struct refusal_log *self);

#endif
