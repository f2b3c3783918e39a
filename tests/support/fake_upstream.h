/*
 * An HTTP server that follows a script, in coroutines of the test's loop: it misbehaves as servers
 * and networks do.
 */
#ifndef HOB_TESTS_SUPPORT_FAKE_UPSTREAM_H
#define HOB_TESTS_SUPPORT_FAKE_UPSTREAM_H

#include <stddef.h>

#include "hob/net.h"
#include "hob/runtime.h"
#include "tests/support/listening.h"

/* The state of a connection when an act is over. */
enum then {
    THEN_NEXT,  /* the next request on it gets the next act */
    THEN_CLOSE, /* the connection is closed */
    THEN_RESET, /* ... with a reset */
    THEN_HOLD,  /* it stays open, and nothing more happens */
};

/* How one request is answered. */
struct act {
    const char *send; /* NULL is nothing */
    enum then then;
    const char *later; /* sent a little later, before the next request */
    bool early;        /* answers when it has the head, and reads no body */
    bool slow;         /* sends byte by byte */
    bool echo;   /* the first "hello" that is sent is the end of the request's target instead */
    size_t size; /* bytes of what is sent; 0 is up to its NUL */
};

struct fake_upstream {
    struct listening listening;
    hob_future *serving;
    const struct act *acts; /* the last one repeats without end */
    size_t act_count;
    size_t requests;      /* received so far, as wholes or up to an early answer */
    size_t accepted;      /* connections so far */
    size_t open;          /* connections that are open now */
    char received[16384]; /* the requests as they came, one after the other; ended by NUL */
    size_t received_size;
    size_t last_request;        /* where the last one begins in it */
    char url[HOB_URL_SIZE + 8]; /* without a path: "http://127.0.0.1:12345" */
};

/* Starts the server. The acts must live as long as it. */
void fake_upstream_start(struct fake_upstream *self, const struct act *acts, size_t count);

/* The same at an address, "127.0.0.1:12345". */
void fake_upstream_start_at(
    struct fake_upstream *self, const char *address, const struct act *acts, size_t count);

/* Closes all connections and the socket. */
void fake_upstream_stop(struct fake_upstream *self);

#endif
