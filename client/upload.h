/* Sends a request while the response may already come. */
#ifndef HOB_CLIENT_UPLOAD_H
#define HOB_CLIENT_UPLOAD_H

#include <stddef.h>

#include "fetched.h"

/*
 * Sends the head and, if `has_body`, the body of the request. Sets self->sent when all is sent.
 * Returns 0 also when the server has answered before that, or does not take the rest: then the
 * response is to be read. Else a negative errno.
 */
int upload(
    hob_fetched *self, const hob_fetch_request *request, const char *head, size_t head_size,
    bool has_body);

#endif
