/*
 * What comes in one turn of the loop is worked on in batches: first the input of some connections
 * is received, then their requests are served, then the responses that this has made are sent. A
 * request's way through the kernel and through the server is long enough to push each other out of
 * the processor's cache of instructions: done in a row, all but the first find them there.
 */
#ifndef HOB_SERVER_BATCH_H
#define HOB_SERVER_BATCH_H

#include <ev.h>
#include <stddef.h>

#include "buffer.h"
#include "runtime/list.h"

struct connection;

/* How many connections are worked on together: no response waits for longer than that takes. */
#define BATCH_SIZE 32

struct batch {
    struct ev_loop *ev;

    struct list received; /* connections with a request to serve, by connection->waiting */
    size_t received_count;
    size_t input_size;       /* bytes of `input` that hold theirs */
    struct ev_watcher serve; /* called when no more input is to be received in this turn */

    struct buffer output;   /* responses, one after the other */
    struct response_place { /* which of them goes to whom */
        struct connection *connection;
        size_t end; /* within `output`: it begins where the one before ends */
    } posted[BATCH_SIZE];
    size_t posted_count;
    struct ev_watcher send; /* called when no more requests are to be served */

    char input[32 * 1024];
};

void batch_init(struct batch *self, struct ev_loop *ev);

/* When the loop goes on without the server. No connection may be in it. */
void batch_stop(struct batch *self);

/* Where to receive input to, and how much of it. */
char *batch_room(struct batch *self, size_t *size);

/* Such input has been received: has the connection serve it soon, before the loop looks for more.
 */
void batch_add(struct batch *self, struct connection *connection, size_t size);

/*
 * Has output sent to the connection soon, before the loop looks for more input. Returns 0, or
 * -ENOMEM, and then nothing was posted.
 */
int batch_post(struct batch *self, struct connection *connection, const void *output, size_t size);

/* Sends what was posted. */
void batch_send(struct batch *self);

#endif
