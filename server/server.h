/* The server and what its connections share. All of it is used on one thread. */
#ifndef HOB_SERVER_SERVER_H
#define HOB_SERVER_SERVER_H

#include <ev.h>
#include <stdbool.h>

#include "buffer.h"
#include "hob/server.h"
#include "parser.h"
#include "runtime/future.h"
#include "runtime/list.h"
#include "runtime/task.h"
#include "waiting.h"

/*
 * What the running coroutine reads and writes with. There is one for all connections, so that an
 * idle connection, or a handler that waits, holds no buffers: a coroutine leaves it empty each
 * time it waits (see connection_leave_workspace).
 */
struct workspace {
    struct buffer out;      /* responses that have not been sent yet */
    char in[64 * 1024];     /* what recv(2) delivered last */
    char head[HEAD_LIMIT];  /* strings of the request that is being read */
    char common_fields[80]; /* the Server and Date lines */
    time_t formatted_at;    /* the second that the Date line tells */
};

struct hob_server {
    hob_server_options options;
    char url[80];
    int listener; /* -1 once it is closed */

    struct task *task;              /* runs the server; the connections' tasks are its children */
    hob_future stop;                /* ready when the server is to stop */
    bool stopping;                  /* responses announce that their connection closes */
    struct list told_when_stopping; /* futures of hob_stopping() */

    ev_io acceptable;
    ev_timer accept_pause; /* no descriptors are left: accepting goes on when this ends */
    ev_signal interrupt;   /* SIGINT */
    ev_signal terminate;   /* SIGTERM */

    struct list connections;
    struct waiting_list silent; /* those that have never sent anything */
    struct waiting_list idle;   /* those between two requests */
    size_t connection_count;
    size_t serving_count; /* connections that a request is being served on */
    hob_future drained;   /* while stopping: ready when the last connection is gone */

    struct workspace *workspace;
};

#endif
