/*
 * Messages about a handler that stalls, overflows its stack or misuses hob: they are lines of the
 * log that name the request.
 */

#include "tests/support/integration.h"

TestSuite(messages, .timeout = 60);

#define SOUP     "GET /soup?hot HTTP/1.1\r\nHost: h\r\nX-Request-Id: for-table-4\r\n\r\n"
#define ID_NAMED "GET /{dish} (path /soup, request id for-table-4)"

/* Longer than the stall limit. */
static int stir(void *arg)
{
    keep_busy(0.3);
    return 0;
}

static int stall(hob_request *req, hob_response *res)
{
    hob_request_set_route(req, "GET /{dish}", NULL); /* as a router does */
    stir(NULL);
    return hob_reply_text(res, 200, "soup");
}

static int stall_in_a_child(hob_request *req, hob_response *res)
{
    hob_request_set_route(req, "GET /{dish}", NULL);
    int err = hob_await(hob_async(stir, NULL));
    return err < 0 ? err : hob_reply_text(res, 200, "soup");
}

static int stall_without_a_route(hob_request *req, hob_response *res)
{
    stir(NULL);
    return hob_reply_text(res, 200, "soup");
}

/* Waits for its response, and returns the server's log. */
static const char *log_after_a_request(const struct server *server)
{
    cr_expect_eq(raw_ask(server, SOUP).status, 200);
    return process_errors(server->process);
}

ProcessTest(messages, about_a_stall_name_the_request)
{
    static const struct {
        hob_handler *handler;
        const char *line;
    } cases[] = {
        {stall, "Z warn  " ID_NAMED " has kept the thread for 0.1 s"},
        {stall_in_a_child, "Z warn  task 'stir' of " ID_NAMED " has kept the thread for 0.1 s"},
        {stall_without_a_route,
         "Z warn  GET /soup (no route, request id for-table-4) has kept the thread for 0.1 s"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct server server = serve(cases[i].handler);
        const char *log = log_after_a_request(&server);
        cr_expect_not_null(strstr(log, cases[i].line), "%s", log);
        cr_expect_not_null(strstr(log, "Z warn    #0 "), "%s", log);
        cr_expect_eq(server_stop(&server), 0);
    }
}

/* The id that is made for the message is the request's, so that other logs have it too. */
ClientTest(messages, name_the_id_that_the_response_has, serve(stall))
{
    struct response response = raw_exchange(client, GET("/soup"));
    const char *id = strstr(response.head, "X-Request-Id: ");
    cr_assert_not_null(id, "%s", response.head);
    id += strlen("X-Request-Id: ");
    const char *line = formatted("request id %.*s)", (int)strcspn(id, "\r"), id);
    cr_expect(server_logs(&server, line), "%s", line);
}

static int recurse(const void *arg)
{
    volatile char local[256] = {0};
    return arg ? recurse(arg) + local[0] : 0;
}

static int overflow(hob_request *req, hob_response *res)
{
    hob_request_set_route(req, "GET /{dish}", NULL);
    return recurse(res);
}

static int await_twice(hob_request *req, hob_response *res)
{
    hob_future *timer = hob_timer(0);
    hob_request_set_route(req, "GET /{dish}", NULL);
    hob_await(timer);
    return hob_await(timer);
}

/* Returns the log of a server that such a handler has ended. */
static const char *log_of_the_end(hob_handler *handler, int signal)
{
    struct server server = serve(handler);
    struct raw_client client = raw_connect(&server);
    raw_send(&client, SOUP);
    cr_expect_eq(process_result(server.process), -signal);
    raw_close(&client);
    return process_errors(server.process);
}

ProcessTest(messages, about_misuse_name_the_request)
{
    const char *log = log_of_the_end(await_twice, SIGABRT);
    cr_expect_not_null(strstr(log, "Z error " ID_NAMED ": hob_await(): the future was"), "%s", log);
}

ProcessTest(messages, about_a_stack_overflow_name_request_and_remedy)
{
    static const char advice[] =
        "run it by hob_call_deep or hob_offload, or give the route a larger stack\n";
    if (SANITIZED)
        cr_skip("the sanitizers have their own message");
    const char *log = log_of_the_end(overflow, SIGSEGV);
    cr_expect_not_null(strstr(log, "Z error " ID_NAMED ": stack overflow: all "), "%s", log);
    cr_expect_not_null(strstr(log, "Z error   #0 "), "%s", log);
    cr_expect_not_null(strstr(log, "Z error   #5 "), "%s", log);
    cr_expect_geq(strlen(log), strlen(advice));
    cr_expect_str_eq(log + strlen(log) - strlen(advice), advice);
}
