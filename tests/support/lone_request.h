/*
 * A request without a socket: parsed from text, answered by a handler, and the response is read
 * from where the server would send it. For use in a coroutine.
 */
#ifndef HOB_TESTS_SUPPORT_LONE_REQUEST_H
#define HOB_TESTS_SUPPORT_LONE_REQUEST_H

#include "server/connection.h"
#include "server/request.h"
#include "server/response.h"

struct lone_request {
    hob_server server;
    struct connection connection;
    struct hob_request req;
    struct hob_response res;
};

/* `text` is a whole request, and a good one. `context` is what hob_request_context() returns. */
void lone_request_init(struct lone_request *self, const char *text, void *context);

void lone_request_free(struct lone_request *self);

/* All that would have been sent by now, as a string. It is the request's. */
const char *lone_response(struct lone_request *self);

/* What follows the head of the response, or "" if there is no whole head. */
const char *lone_content(struct lone_request *self);

#endif
