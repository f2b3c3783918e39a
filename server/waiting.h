/*
 * Connections that wait for a request, and for how long they may. All in one list wait equally
 * long, so the one that began first is the first to go: to begin and to end costs no timer.
 */
#ifndef HOB_SERVER_WAITING_H
#define HOB_SERVER_WAITING_H

#include <ev.h>

#include "runtime/list.h"

struct connection;

struct waiting_list {
    struct ev_loop *ev;
    ev_timer timer; /* runs while there are any */
    double seconds;
    struct list connections; /* by connection->waiting, the one that waits longest first */
};

void waiting_init(struct waiting_list *self, struct ev_loop *ev, double seconds);

/* From now on the connection waits, and is closed when its time is over. */
void waiting_begin(struct waiting_list *self, struct connection *connection);

/* The connection waits no more. Harmless if it did not. */
void waiting_end(struct connection *connection);

/* When the loop goes on without the server. Connections are left as they are. */
void waiting_stop(struct waiting_list *self);

#endif
