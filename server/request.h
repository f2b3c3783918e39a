/* A request while its handler runs. Lies on the stack of the connection's task. */
#ifndef HOB_SERVER_REQUEST_H
#define HOB_SERVER_REQUEST_H

#include <stdbool.h>

#include "connection.h"
#include "hob/server.h"
#include "parser.h"

enum {
    /* Bytes of a body that are read and dropped to keep the connection, if no handler did. */
    DRAIN_LIMIT = 64 * 1024,
};

struct hob_request {
    struct connection *connection;
    struct parser parser;
    char *kept_head; /* the head's strings, once they had to leave the workspace; else NULL */
    bool continued;  /* 100 Continue was sent */
};

void request_init(struct hob_request *self, struct connection *connection);
void request_free(struct hob_request *self);

/* Reads the head. Returns 1 if it was read or found bad, else what connection_fill() returned. */
int request_read_head(struct hob_request *self);

/* Moves the head's strings to memory that stays while other tasks run. Returns 0 or -ENOMEM. */
int request_keep_head(struct hob_request *self);

/* Whether what is left of the body is worth reading, rather than closing the connection. */
bool request_can_drain(const struct hob_request *self);

/* Reads and drops what is left of the body. Returns whether the next request can follow. */
bool request_drain(struct hob_request *self);

#endif
