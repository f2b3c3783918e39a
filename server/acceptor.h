/*
 * Accepts clients.
 *
 * Clients up to the limit of connections are served. Some above it are accepted only to get status
 * 503 with Retry-After. The others wait in the accept queue. If the system has no descriptor left,
 * a spare one is used to give a client that answer.
 */
#ifndef HOB_SERVER_ACCEPTOR_H
#define HOB_SERVER_ACCEPTOR_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>

#include "hob/server.h"

enum acceptor_state {
    ACCEPTOR_STOPPED, /* at first, and in the end */
    ACCEPTOR_ACCEPTING,
    ACCEPTOR_FULL,   /* until a connection ends */
    ACCEPTOR_PAUSED, /* for ACCEPT_PAUSE, because the system has no descriptors or no memory */
};

struct acceptor {
    enum acceptor_state state;
    size_t limit;          /* connections that are served */
    size_t descriptors;    /* connections and reserved descriptors together that are served */
    size_t refused_limit;  /* connections above the limit that are accepted to get status 503 */
    int spare;             /* a descriptor to give up if there is no other; -1 if there is none */
    bool over_limit_known; /* the log says that the limit was reached */
    ev_timer pause;        /* runs while ACCEPTOR_PAUSED */
};

/* Sets the limits, and opens the spare descriptor. `wanted` is 0 for the default limit. */
void acceptor_init(struct acceptor *self, size_t wanted);
void acceptor_free(struct acceptor *self);

/* Begins to accept from the server's listeners. */
void acceptor_start(hob_server *server);

/*
 * Stops accepting, and closes the listeners. Clients in the queues count as connected on their
 * side, so they are accepted first, unless another process does that. Waits.
 */
void acceptor_stop(hob_server *server);

/* Accepts again if there was no room. Called when a connection or a descriptor was closed. */
void acceptor_resume(hob_server *server);

/* Whether the server has more connections than it serves. */
bool acceptor_is_over_limit(const hob_server *server);

#endif
