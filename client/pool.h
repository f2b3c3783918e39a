/*
 * Connections that are kept for the next request of the same origin. A connection is in use by one
 * fetch, or idle; it carries one request at a time.
 */
#ifndef HOB_CLIENT_POOL_H
#define HOB_CLIENT_POOL_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hob/net.h"
#include "hob/sync.h"
#include "proxy.h"
#include "runtime/arena.h"
#include "runtime/list.h"

struct loop;

struct pool {
    size_t limit;           /* connections */
    size_t origin_limit;    /* ... of one origin */
    double idle_timeout;    /* seconds */
    double connect_timeout; /* seconds */
    hob_resolver *resolver; /* for hob_connect() */
    hob_tls *tls;           /* ... */
    struct list origins;    /* the last used first */
    struct list idle;       /* connections, idle for longest first */
    hob_semaphore *permits; /* to use a connection: as many as the limit */
    size_t open;
    size_t idle_count;
    uint64_t connects;
    ev_timer timer;             /* closes idle connections; runs while there are some */
    struct loop *loop;          /* on which it runs; NULL while it does not */
    struct cleanup end_of_loop; /* stops it then */
};

/* The peer of a connection: connections to the same place are interchangeable. */
struct place {
    const char *address;        /* as hob_connect() takes it */
    const char *server_name;    /* that the certificate must have; NULL: no TLS */
    const struct proxy *tunnel; /* leads through this proxy, which outlives the pool; or NULL */
};

struct pooled {
    struct list of_origin; /* while it is idle */
    struct list of_pool;   /* while it is idle */
    struct origin *origin;
    hob_conn *conn;
    double expires; /* while it is idle: when it has been idle for too long */
    bool reused;    /* it has carried a request before this one */
};

/* Returns 0 or -ENOMEM. */
int pool_init(struct pool *self);

/* Closes idle connections and frees the pool; none may be in use. */
void pool_free(struct pool *self);

/*
 * Takes a connection to that place: an idle one unless `fresh`, or a new one, and waits in FIFO
 * order while the place has too many in use. Returns 0; or a negative errno, and sets *why to a
 * text for free(3), or to NULL if there is no memory for it.
 */
int pool_take(
    struct pool *self, const struct place *place, bool fresh, char **why, struct pooled **pooled);

/* Gives a connection back on which the next request can be sent within so many seconds. */
void pool_give(struct pool *self, struct pooled *pooled, double idle_timeout);

/* Closes a connection that was in use. */
void pool_drop(struct pool *self, struct pooled *pooled);

/* Closes all idle connections. */
void pool_close_idle(struct pool *self);

#endif
