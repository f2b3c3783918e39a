/* Requests to a router, without a server. */
#ifndef HOB_TESTS_SUPPORT_ASK_H
#define HOB_TESTS_SUPPORT_ASK_H

#include "hob/testing.h"

/* The reply to a request, such as "GET /orders". The caller frees it. */
static inline hob_test_reply *ask(const hob_router *router, const char *line)
{
    const hob_server_options options = {.handler = hob_router_handle, .router = router};
    return hob_test_request(&options, line, NULL);
}

#endif
