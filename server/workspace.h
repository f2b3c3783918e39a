/* The memory that all connections of a server read and write with, one after the other. */
#ifndef HOB_SERVER_WORKSPACE_H
#define HOB_SERVER_WORKSPACE_H

#include <stddef.h>
#include <time.h>

#include "buffer.h"

/*
 * What the running coroutine reads and writes with. There is one for all connections, so that an
 * idle connection, or a handler that waits, holds no buffers: a coroutine leaves it empty each
 * time it waits (see connection_leave_workspace).
 */
struct workspace {
    struct buffer out;      /* responses that have not been sent yet */
    char in[64 * 1024];     /* what recv(2) delivered last */
    char common_fields[80]; /* the Server and Date lines */
    time_t formatted_at;    /* the second that the Date line tells */
    char head[];            /* strings of the request that is being read; of limits.head bytes */
};

/* NULL when out of memory. */
struct workspace *workspace_new(size_t head_limit);

/* NULL is ignored. */
void workspace_free(struct workspace *self);

#endif
