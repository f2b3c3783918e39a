/*
 * Clients that others have written, as they come, with the programs in tests/integration/clients.
 */

#include "tests/support/integration.h"

TestSuite(real_clients, .timeout = 60);

static bool is_there(const char *program)
{
    const char *const ask[] = {"/usr/bin/env", program, "--version", NULL};
    return process_result(process_start(ask)) == 0;
}

/* Runs a program of tests/integration/clients, which ends with 0 if all is well. */
static void expect_success(const char *interpreter, const char *program)
{
    if (!is_there(interpreter))
        cr_skip("there is no %s", interpreter);
    struct server server = server_start();
    const char *path = formatted(REAL_CLIENTS "/%s", program);
    const char *port = server_port(&server);
    const char *const run[] = {"/usr/bin/env", interpreter, path, port, NULL};
    struct process *client = process_start(run);
    cr_expect_eq(process_result(client), 0, "%s", process_errors(client));
}

ProcessTest(real_clients, of_python_lose_no_request_behind_an_unread_body)
{
    expect_success("python3", "keep_alive.py");
}

ProcessTest(real_clients, of_node_lose_no_request_behind_an_unread_body)
{
    expect_success("node", "keep_alive.mjs");
}

#ifdef HOB_HTTP2
ProcessTest(real_clients, of_node_speak_http2)
{
    expect_success("node", "http2.mjs");
}
#endif
