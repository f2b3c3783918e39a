/*
 * The work of a server in one turn of the loop. In each turn, the server
 *
 *   1. receives what the connections have sent,
 *   2. serves the requests that came,
 *   3. sends the responses,
 *
 * each for up to BATCH_SIZE connections in a row. The path of one request through the kernel and
 * the server does not fit into the processor's instruction cache. Done in a row, each step but the
 * first finds its instructions there.
 */
#ifndef HOB_SERVER_BATCH_H
#define HOB_SERVER_BATCH_H

#include <stddef.h>

#include "http/buffer.h"
#include "runtime/list.h"
#include "runtime/loop.h"

struct connection;

/* A response waits no longer than it takes to serve so many connections. */
#define BATCH_SIZE 32

struct batch {
    struct turn_hook hook; /* by which the loop calls run_batch() */

    /* Connections without a task, by connection->waiting. */
    struct list readable; /* the kernel has input for them */
    struct list received; /* their input lies in `input` */
    size_t received_count;
    size_t input_size; /* bytes of `input` that are used */

    unsigned handshakes; /* of TLS, that have made a step in this turn of the loop */

    struct buffer output; /* of some connections, one after the other */
    struct batch_output {
        struct connection *connection;
        size_t end; /* within `output`; it begins where the one before ends */
    } outputs[BATCH_SIZE];
    size_t output_count;

    char input[32 * 1024];
};

void batch_init(struct batch *self, struct loop *loop);

/* Called before the server's coroutine ends, when no connection is left. */
void batch_free(struct batch *self);

/* Adds a connection without a task, whose input is received in this turn of the loop. */
void batch_add_readable(struct batch *self, struct connection *connection);

/*
 * Copies the output, to be sent before the loop looks for input again. Returns 0, or -ENOMEM: then
 * the caller has to send it.
 */
int batch_send_later(
    struct batch *self, struct connection *connection, const void *output, size_t size);

/* Sends the output of all connections now. */
void batch_send(struct batch *self);

#endif
