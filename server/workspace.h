/* The memory that all connections of a server read and write with, one after the other. */
#ifndef HOB_SERVER_WORKSPACE_H
#define HOB_SERVER_WORKSPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "http/buffer.h"

#define USUAL_STATUS_LINE "HTTP/1.1 200 OK\r\n"

/*
 * The buffers of the running coroutine. There is one for all connections, so that an
 * idle connection, or a handler that waits, holds no buffers: a coroutine leaves it empty each
 * time it waits (see connection_leave_workspace).
 */
struct workspace {
    struct buffer out;    /* responses that have not been sent yet */
    char in[64 * 1024];   /* what recv(2) delivered last */
    char usual_begin[96]; /* the lines that a response with status 200 begins with */
    size_t usual_length;
    time_t formatted_at; /* the second of its Date */
    char *spare_head;    /* 2 * head_limit bytes, for when there is no other memory; NULL if used */
    size_t head_limit;
    char head[]; /* strings of the request that is being read: head_limit bytes */
};

/* NULL when out of memory. */
struct workspace *workspace_new(size_t head_limit);

/* NULL is ignored. */
void workspace_free(struct workspace *self);

/* Makes the spare memory. Returns false without memory. */
bool workspace_make_spare(struct workspace *self);

/*
 * Whether the strings of one more head can be kept, whatever happens: asked before a handler is
 * called, so that no string that the handler wants can be missing. Until the handler waits for the
 * first time no other one runs, and from then on its head is kept.
 */
static inline bool workspace_has_spare(struct workspace *self)
{
    return self->spare_head || workspace_make_spare(self);
}

/*
 * Memory for a head and the decoded forms of its parts, which take as much at most: `size` bytes of
 * malloc(3), or the spare memory. NULL if that is used as well, which cannot be while the head of a
 * handler has not been kept.
 */
char *workspace_keep_head(struct workspace *self, size_t size);

#endif
