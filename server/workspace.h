/* The memory that all connections of a server read and write with, one after the other. */
#ifndef HOB_SERVER_WORKSPACE_H
#define HOB_SERVER_WORKSPACE_H

#include <stddef.h>
#include <time.h>

#include "buffer.h"

#define USUAL_STATUS_LINE "HTTP/1.1 200 OK\r\n"

/*
 * What the running coroutine reads and writes with. There is one for all connections, so that an
 * idle connection, or a handler that waits, holds no buffers: a coroutine leaves it empty each
 * time it waits (see connection_leave_workspace).
 */
struct workspace {
    struct buffer out;    /* responses that have not been sent yet */
    char in[64 * 1024];   /* what recv(2) delivered last */
    char usual_begin[96]; /* the lines that a response with status 200 begins with */
    size_t usual_length;
    time_t formatted_at; /* the second that its Date tells */
    char head[];         /* strings of the request that is being read; of limits.head bytes */
};

/* NULL when out of memory. */
struct workspace *workspace_new(size_t head_limit);

/* NULL is ignored. */
void workspace_free(struct workspace *self);

#endif
