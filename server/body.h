/* The body of a request: read by its handler, and what is left of it by the server. */
#ifndef HOB_SERVER_BODY_H
#define HOB_SERVER_BODY_H

#include <stdbool.h>

#include "request.h"

enum {
    /* Bytes of a body that are read and dropped to keep the connection, if no handler did. */
    DRAIN_LIMIT = 64 * 1024,
};

/*
 * Whether what is left of the body is worth reading, rather than closing the connection. How long a
 * chunked body is, and whether it is sound, is known only if the rest of it was received already.
 */
bool body_can_drain(const struct hob_request *request);

/* Reads and drops what is left of the body. Returns whether the next request can follow. */
bool body_drain(struct hob_request *request);

#endif
