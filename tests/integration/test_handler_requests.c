/*
 * The request as a handler sees it, except for the body (include/hob/request.h).
 */

#include "tests/support/integration.h"

TestSuite(handler_requests, .timeout = 60);

static int tell_request_after_others(hob_request *req, hob_response *res)
{
    const char *path = hob_request_path(req);
    const char *query = hob_request_query(req);
    const char *spice = hob_request_header(req, "X-Spice");
    int err = wait_for_release();
    if (err < 0)
        return err;
    return reply(
        res, 200, "%s %s %s %s %s", path, query, spice, hob_request_path(req),
        hob_request_header(req, "X-Spice"));
}

/* Request number i has strings of its own, and of a length of its own. */
static void expect_own_strings(struct raw_client *client, int i)
{
    char expected[128];
    int length = snprintf(expected, sizeof(expected), "/p%0*d q%d s%d ", i, i, i, i);
    snprintf(expected + length, sizeof(expected) - (size_t)length, "/p%0*d s%d", i, i, i);
    cr_expect_str_eq(raw_receive(client).body, expected);
}

ServerTest(
    handler_requests, strings_stay_what_they_are_while_others_are_served,
    serve(tell_request_after_others))
{
    enum { CLIENTS = 40 };
    struct raw_client clients[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) {
        const char *request =
            formatted("GET /p%0*d?q%d HTTP/1.1\r\nHost: hob\r\nX-Spice: s%d\r\n\r\n", i, i, i, i);
        clients[i] = raw_connect(&server);
        raw_send(&clients[i], request);
        raw_settle(&clients[i]);
    }
    release(&server);
    for (int i = 0; i < CLIENTS; i++) {
        expect_own_strings(&clients[i], i);
        raw_close(&clients[i]);
    }
}
