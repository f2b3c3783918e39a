/*
 * Requests without a socket: parser, request, response and handler are the real ones, but what they
 * would send is handed to the test.
 */
#ifndef HOB_TESTS_SUPPORT_FAKE_REQUEST_H
#define HOB_TESTS_SUPPORT_FAKE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "hob/server.h"

struct fake_server {
    hob_handler *handler;
    void *context;
    const hob_router *router;
    hob_error_page *error_page;
    bool stopping; /* as a server is that got its signal */
    bool request_ids;
};

struct fake_response {
    int result;  /* what the handler returned */
    char *bytes; /* as they would be sent; ended by NUL */
    size_t length;
};

/*
 * Has the handler, in a coroutine, answer a request that is given as it would be sent. The head
 * must be whole and good. After these bytes the client ends its side.
 */
struct fake_response fake_exchange(const struct fake_server *server, const char *request);

void fake_response_free(struct fake_response *self);

/* Takes the Date line, which no test can foresee, out of a response. */
void drop_date(struct fake_response *response);

/* Expects these bytes as the whole response, but for the Date line. */
void expect_exchange(const struct fake_server *server, const char *request, const char *expected);

#endif
