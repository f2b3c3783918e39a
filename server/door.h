/*
 * The door: who is let in, and who is told to come back later.
 *
 * Up to the limit of connections, clients are served. A few above it are let in to be told that
 * there is no room: 503, with Retry-After. Above these, clients wait in the kernel's queue. And
 * when the system has no descriptor left for a client, a spare one is used to tell it so.
 */
#ifndef HOB_SERVER_DOOR_H
#define HOB_SERVER_DOOR_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>

#include "hob/server.h"

struct door {
    size_t limit;       /* connections that are served */
    size_t descriptors; /* connections and files being sent, together, that are served */
    size_t surplus;     /* most connections above the limit: these get a 503 */
    int spare;      /* a descriptor to give up when there is no other; -1 if there was none left */
    bool open;      /* clients are accepted, now or soon */
    bool full;      /* no one is until a connection ends */
    bool crowded;   /* the limit was reached, and the log says so */
    bool exhausted; /* the system had no descriptors when last asked */
    ev_timer pause; /* accepting goes on when this ends */
};

/* Decides on the limit, and reserves the spare descriptor. `wanted` is 0 for the default. */
void door_init(struct door *self, size_t wanted);
void door_free(struct door *self);

/* Begins to accept from the server's listeners. */
void door_open(hob_server *server);

/*
 * Accepts no one else, and closes the listeners. Clients in the queues have been told that they are
 * connected, so they are accepted first, unless another process does that. Waits.
 */
void door_close(hob_server *server);

/* A connection has ended: there may be room again. */
void door_make_room(hob_server *server);

/* Whether the server has more connections than it serves. */
bool door_is_crowded(const hob_server *server);

#endif
