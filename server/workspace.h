/* Buffers for input and output, which the connections of a server use one after the other. */
#ifndef HOB_SERVER_WORKSPACE_H
#define HOB_SERVER_WORKSPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "http/buffer.h"

#define USUAL_STATUS_LINE "HTTP/1.1 200 OK\r\n"

/*
 * The buffers of the running coroutine. All connections share one, so that an idle
 * connection, or a handler that waits, holds no buffers. A coroutine leaves it empty each time it
 * waits: see connection_leave_workspace().
 */
struct workspace {
    struct buffer out;    /* responses that have not been sent yet */
    char in[64 * 1024];   /* what recv(2) delivered last */
    char usual_begin[96]; /* the lines that a response with status 200 begins with */
    size_t usual_length;
    time_t formatted_at; /* the second of its Date */
    char *spare_head;    /* 2 * head_size bytes, for when there is no other memory; NULL if used */
    size_t head_size;
    char head[]; /* strings of the request that is being read: head_size bytes */
};

/* NULL when out of memory. */
struct workspace *workspace_new(size_t head_size);

/* NULL is ignored. */
void workspace_free(struct workspace *self);

/* Allocates the spare memory. Returns false when out of memory. */
bool workspace_make_spare(struct workspace *self);

/*
 * Makes sure that there is memory to keep the strings of one more head. Returns false when out of
 * memory. Called before each handler, so that no string of its request can be missing. No other
 * handler runs until it waits for the first time, and from then on its head is kept.
 */
static inline bool workspace_ensure_spare(struct workspace *self)
{
    return self->spare_head || workspace_make_spare(self);
}

/*
 * Memory for a head and the decoded forms of its parts, which take as much at most: `size` bytes of
 * malloc(3), or the spare memory. NULL if that is used, too, which cannot happen to the head of a
 * handler: see workspace_ensure_spare().
 */
char *workspace_keep_head(struct workspace *self, size_t size);

#endif
