/* The server and what its connections share. All of it is used on one thread. */
#ifndef HOB_SERVER_SERVER_H
#define HOB_SERVER_SERVER_H

#include <ev.h>
#include <stdbool.h>

#include "buffer.h"
#include "door.h"
#include "hob/address.h"
#include "hob/server.h"
#include "http/parser_limits.h"
#include "net/listener.h"
#include "process/stop_signals.h"
#include "refusals.h"
#include "request_id.h"
#include "runtime/future.h"
#include "runtime/list.h"
#include "runtime/task.h"
#include "turn.h"
#include "waiting.h"
#include "workspace.h"

/* A measurement that hob_server_measure_stack() has asked for. */
struct measure {
    hob_handler *handler; /* the server's, while the measuring one is called instead */
    hob_stack_observer *done;
    void *context;
};

/* See hob_server_observe(). */
struct observer {
    hob_observer *observe;
    void *context;
};

struct hob_server {
    hob_server_options options;
    char url[HOB_URL_SIZE]; /* of the first listener */
    struct listener *listeners;
    size_t listener_count;
    bool exposed; /* other machines can reach one of them */

    struct stack_pool *stacks; /* those that connections' tasks run on */
    struct task *task;         /* runs the server; the connections' tasks are its children */
    hob_future stop;           /* ready when the server is to stop */
    bool stopping;             /* responses announce that their connection closes */
    bool draining;             /* no client is accepted; the server waits for the last connection */
    struct list told_when_stopping; /* futures of hob_server_until_stopping() */

    struct door door;
    struct stop_signals signals;

    struct list connections;
    struct waiting_list silent; /* those that have never sent anything */
    struct waiting_list idle;   /* those between two requests */
    size_t connection_count;
    size_t serving_count;        /* connections that a request is being served on */
    size_t reserved_descriptors; /* see hob_request_reserve_descriptor() */
    hob_future drained;          /* while draining: ready when the last connection is gone */

    struct {
        struct refusals memory;
        struct refusals descriptors;
    } refused;                /* for want of these */
    hob_server_counts counts; /* but for connections and serving, which are told above */

    struct observer *observers; /* in the order in which they are called */
    size_t observer_count;

    struct turn turn;
    struct workspace *workspace;
    struct parser_limits parser_limits;
    struct request_ids request_ids;
    struct measure measure;
};

/*
 * A server without sockets: what hob_server_open() needs, and all that a test needs. Returns 0,
 * -EINVAL without a handler, -ERANGE for options that make no sense, or -ENOMEM.
 */
int server_new(const hob_server_options *options, hob_server **server);
void server_free(hob_server *self);

/* A connection has been closed. */
void server_connection_gone(hob_server *self);

/* A connection is closed for want of memory. */
void server_lacks_memory(hob_server *self);

/* Counts a client that did not get what it came for. */
static inline void server_reject(hob_server *self, hob_reject reason)
{
    self->counts.rejects[reason]++;
}

#endif
