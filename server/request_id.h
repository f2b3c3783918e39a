/*
 * Ids of requests, by which the lines that several programs log about one can be found: that of
 * whoever sent it, if it can be trusted not to break a log, or else a random one.
 */
#ifndef HOB_SERVER_REQUEST_ID_H
#define HOB_SERVER_REQUEST_ID_H

#include <stddef.h>

enum {
    REQUEST_ID_BYTES = 16,                      /* random ones in an id */
    REQUEST_ID_SIZE = 2 * REQUEST_ID_BYTES + 1, /* in hexadecimal, and a NUL */
    REQUEST_ID_BLOCK = 256,                     /* bytes that getrandom(2) gives in one piece */
};

/* Random bytes for ids to come: a system call for each would cost more than all else. */
struct request_ids {
    unsigned char random[REQUEST_ID_BLOCK];
    size_t left; /* of them, at the end */
};

/* Makes one. Returns 0, or a negative errno of getrandom(2). */
int request_id_make(struct request_ids *self, char id[static REQUEST_ID_SIZE]);

struct hob_request;

/* The same as hob_request_id(), but valid only until the coroutine waits. */
const char *request_id_peek(struct hob_request *request);

#endif
