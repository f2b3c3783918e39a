/* A response while its handler runs. Lies on the stack of the connection's task. */
#ifndef HOB_SERVER_RESPONSE_H
#define HOB_SERVER_RESPONSE_H

#include <stdbool.h>

#include "buffer.h"
#include "hob/server.h"
#include "request.h"

struct hob_response {
    struct hob_request *request;
    struct buffer fields; /* headers added by the handler, as they go on the wire */
    bool replied;
    bool keep_alive; /* once replied: what the client was told */
};

void response_init(struct hob_response *self, struct hob_request *request);
void response_free(struct hob_response *self);

/* Replies with the status and a line of text: its reason phrase, and the detail unless NULL. */
int response_reply_error(struct hob_response *self, int status, const char *detail);

#endif
