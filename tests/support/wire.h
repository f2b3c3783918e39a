/* Requests and responses as bytes: a server in this process, and a client that sends to it. */
#ifndef HOB_TESTS_SUPPORT_WIRE_H
#define HOB_TESTS_SUPPORT_WIRE_H

#include <stddef.h>

#include "hob/server.h"

struct wire_response {
    char *bytes; /* all that the server has sent, ended by NUL */
    size_t length;
};

/*
 * Has a server with these options answer a request, which is sent at once; then the client ends its
 * side. The handler runs in this process, so it can have expectations.
 */
struct wire_response wire_exchange(const hob_server_options *options, const char *request);

void wire_response_free(struct wire_response *self);

/* Takes the Date line, the only one that changes, out of a response. */
void drop_date(struct wire_response *response);

/* Expects these bytes as the whole response, but for the Date line. */
void expect_exchange(const hob_server_options *options, const char *request, const char *expected);

#endif
