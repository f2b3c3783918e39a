/*
 * The server, and what its connections share. All of it is used on one thread. server.c opens and
 * closes it, and run.c runs and stops it.
 */
#ifndef HOB_SERVER_SERVER_H
#define HOB_SERVER_SERVER_H

#include <ev.h>
#include <stdbool.h>

#include "acceptor.h"
#include "base/random_id.h"
#include "batch.h"
#include "diagnostics/refusal_log.h"
#include "hob/address.h"
#include "hob/server.h"
#include "http/parser_limits.h"
#include "net/listener.h"
#include "process/stop_signals.h"
#include "runtime/future.h"
#include "runtime/list.h"
#include "runtime/task.h"
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

/* A future of hob_server_until_stopping(). */
struct stopping_future {
    hob_future future;
    struct list link; /* in server->stopping_futures, until it is ready */
};

/* Connections that wait for a request, and are closed after some time: see connection.c. */
struct idle_list {
    struct ev_loop *ev;
    ev_timer timer; /* runs while there are any */
    double seconds;
    struct list connections; /* by connection->waiting, the one that waits longest first */
};

struct hob_server {
    hob_server_options options; /* with the defaults filled in */
    char url[HOB_URL_SIZE];     /* of the first listener */
    struct listener *listeners;
    size_t listener_count;
    bool exposed; /* other machines can reach one of them */

    struct stack_pool *stacks;    /* the connections' tasks run on them */
    struct task *task;            /* runs the server; the connections' tasks are its children */
    struct stop_signals signals;  /* if options.handle_signals */
    hob_future stop;              /* ready when the server is to stop */
    bool closing;                 /* after that and the drain_delay: responses close connections */
    hob_future *drained;          /* what the task awaits while it waits for the last connection */
    struct list stopping_futures; /* those that are not ready */

    struct acceptor acceptor;
    struct list connections; /* all of them */
    size_t connection_count;
    size_t serving_count;        /* connections that a request is being served on */
    size_t reserved_descriptors; /* see hob_request_reserve_descriptor() */
    struct idle_list idle_new;   /* connections that have never sent anything */
    struct idle_list idle;       /* connections between two requests */
    struct batch batch;

    struct {
        struct refusal_log memory;
        struct refusal_log descriptors;
        struct refusal_log proxies; /* their headers */
    } refused;                      /* because there was none left, or something was wrong */
    hob_server_counts counts;       /* without connections and serving, which are above */
    struct observer *observers;     /* in the order in which they are called */
    size_t observer_count;

    struct workspace *workspace;
    struct parser_limits parser_limits;
    struct random_ids request_ids;
    struct measure measure;
};

/*
 * Makes a server without sockets, for hob_server_open() and for tests. Returns 0, -EINVAL without
 * a handler, -ERANGE for options that make no sense, or -ENOMEM.
 */
int server_new(const hob_server_options *options, hob_server **server);
void server_free(hob_server *self);

/* Sets members that are 0 to their defaults. Returns 0, or -ERANGE if one makes no sense. */
int server_options_complete(hob_server_options *options);

/* The limits of the parser, by options that are complete. */
struct parser_limits server_parser_limits(const hob_server_options *options);

/* Called when the drain_delay is over: completes the futures of hob_server_until_stopping(). */
void server_begin_closing(hob_server *self);

/* Seconds that the server may take to stop. */
double server_longest_stop(const hob_server *self);

/* Counts a client or request that is refused, or an unfinished one that is given up. */
static inline void server_count_reject(hob_server *self, hob_reject reason)
{
    self->counts.rejects[reason]++;
}

/* Counts and logs a connection that is closed because there is no memory for it. */
void server_reject_for_memory(hob_server *self);

/* Called when a connection was closed: updates the count, and accepts clients again. */
void server_remove_connection(hob_server *self);

#endif
