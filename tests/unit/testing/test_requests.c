/* Handlers called by tests: hob_test_request() and hob_test_routes(). */
#include "hob/testing.h"

#include "tests/support/mistake.h"
#include "tests/support/or_none.h"
#include "tests/support/sanitizers.h"
#include "tests/support/test.h"

TestSuite(test_request, .fini = expect_no_leaks, .timeout = 20);

static int say_hello(hob_request *req, hob_response *res)
{
    (void)req;
    return hob_reply_text(res, 200, "hello\n");
}

static const hob_server_options hello = {.handler = say_hello};

Test(test_request, returns_the_reply_of_a_handler)
{
    hob_test_reply *reply = hob_test_request(&hello, "GET /", NULL);
    cr_expect_eq(reply->result, 0);
    cr_expect_eq(reply->status, 200);
    cr_expect_str_eq(reply->content, "hello\n");
    cr_expect_eq(reply->size, 6);
    cr_expect(reply->whole);
    cr_expect_str_eq(reply->content_type, "text/plain; charset=utf-8");
    cr_expect_str_eq(or_none(hob_test_header(reply, "content-length")), "6");
    cr_expect_null(hob_test_header(reply, "Date"));
    hob_test_reply_free(reply);
    hob_test_reply_free(NULL);
}

/* The request as the handler sees it. */

static int reply_with_request(hob_request *req, hob_response *res)
{
    char peer[HOB_PEER_SIZE], text[500];
    const char *body;
    size_t size;
    int err = hob_body_all(req, 100, &body, &size);
    if (err < 0)
        return err;
    cr_expect_eq(hob_request_peer(req, peer, sizeof(peer)), 0);
    cr_expect_eq(hob_request_peer(req, peer, 1), -ENOSPC);
    cr_expect_eq(hob_request_peer(req, peer, sizeof(peer)), 0);
    snprintf(
        text, sizeof(text), "%s %s %s %s|%s|%s|%s|%s|%.*s", hob_request_method(req),
        hob_request_path(req), or_none(hob_request_query(req)), hob_request_protocol(req), peer,
        or_none(hob_request_header(req, "host")), or_none(hob_request_header(req, "a")),
        or_none(hob_request_header(req, "content-length")), (int)size, body);
    return hob_reply_text(res, 200, text);
}

Test(test_request, gives_the_handler_what_the_test_sends)
{
    static const struct {
        const char *line;
        hob_test_input input;
        const char *expected;
    } cases[] = {
        {"GET /a/../b%2f?c=d",
         {0},
         "GET /b%2F c=d HTTP/1.1|127.0.0.1:50000|localhost|(none)|(none)|"},
        {"PUT http://shop/", {.peer = "unix:"}, "PUT / (none) HTTP/1.1|unix:|shop|(none)|(none)|"},
        {"GET /",
         {.headers = "Host: h\nA: b\n"},
         "GET / (none) HTTP/1.1|127.0.0.1:50000|h|b|(none)|"},
        {"POST /",
         {.headers = "a:b", .body = "hi"},
         "POST / (none) HTTP/1.1|127.0.0.1:50000|localhost|b|2|hi"},
        {"POST /",
         {.body = "a\0b", .body_size = 3, .piece_size = 1},
         "POST / (none) HTTP/1.1|127.0.0.1:50000|localhost|(none)|3|a"},
        {"POST /",
         {.headers = "Transfer-Encoding: chunked", .body = "hi"},
         "POST / (none) HTTP/1.1|127.0.0.1:50000|localhost|(none)|(none)|hi"},
    };
    static const hob_server_options options = {.handler = reply_with_request};
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_test_reply *reply = hob_test_request(&options, cases[i].line, &cases[i].input);
        cr_expect_eq(reply->status, 200, "%s", cases[i].line);
        cr_expect_str_eq(
            reply->content, cases[i].expected, "%s: %s", cases[i].line, reply->content);
        hob_test_reply_free(reply);
    }
}

Test(test_request, refuses_a_target_as_a_server_does)
{
    hob_test_reply *reply = hob_test_request(&hello, "GET /../secret", NULL);
    cr_expect_eq(reply->status, 400);
    cr_expect(strstr(reply->content, "climbs above the root"), "%s", reply->content);
    hob_test_reply_free(reply);
}

/* The response as the test gets it. */

static int add_headers(hob_request *req, hob_response *res)
{
    cr_expect_str_eq(or_none(hob_request_id(req)), "42");
    cr_expect_eq(hob_response_add_header(res, "Set-Cookie", "a=b"), 0);
    cr_expect_eq(hob_response_add_header(res, "X-Empty", ""), 0);
    return hob_reply(res, 201, "a/b", "content", 7);
}

Test(test_request, returns_the_headers)
{
    static const hob_server_options options = {.handler = add_headers};
    static const hob_test_input input = {.headers = "X-Request-Id: 42"};
    hob_test_reply *reply = hob_test_request(&options, "HEAD /", &input);
    cr_expect_eq(reply->status, 201);
    cr_expect_str_eq(reply->content, "");
    cr_expect(reply->whole);
    cr_expect_str_eq(or_none(hob_test_header(reply, "set-cookie")), "a=b");
    cr_expect_str_eq(or_none(hob_test_header(reply, "X-Empty")), "");
    cr_expect_str_eq(or_none(hob_test_header(reply, "X-Request-Id")), "42");
    cr_expect_str_eq(or_none(hob_test_header(reply, "Content-Length")), "7");
    hob_test_reply_free(reply);
}

static int number_in(const char *text)
{
    return (int)strtol(text, NULL, 10);
}

/* Streams as many pieces as the path says, and returns what the query says. */
static int stream_pieces(hob_request *req, hob_response *res)
{
    int err = hob_stream(res, 200, "text/csv");
    for (int i = number_in(hob_request_path(req) + 1); i > 0 && err == 0; i--)
        err = hob_send(res, "1,2\n", 4);
    return err < 0 ? err : number_in(hob_request_query(req));
}

Test(test_request, collects_a_stream)
{
    static const hob_server_options options = {.handler = stream_pieces};
    hob_test_reply *reply = hob_test_request(&options, "GET /3?0", NULL);
    cr_expect_str_eq(reply->content, "1,2\n1,2\n1,2\n");
    cr_expect(reply->whole);
    cr_expect_null(hob_test_header(reply, "Content-Length"));
    hob_test_reply_free(reply);
    reply = hob_test_request(&options, "GET /50000?-5", NULL);
    cr_expect_eq(reply->size, 200000);
    cr_expect_eq(reply->result, -5);
    cr_expect_not(reply->whole, "the handler returned an error");
    hob_test_reply_free(reply);
    reply = hob_test_request(&options, "HEAD /3?0", NULL);
    cr_expect_eq(reply->size, 0);
    cr_expect_eq(reply->result, -EPIPE);
    cr_expect(reply->whole);
    hob_test_reply_free(reply);
}

static int send_less_than_announced(hob_request *req, hob_response *res)
{
    (void)req;
    int err = hob_stream_sized(res, 200, NULL, 10);
    return err < 0 ? err : hob_send(res, "short", 5);
}

Test(test_request, shows_that_content_is_missing)
{
    static const hob_server_options options = {.handler = send_less_than_announced};
    hob_test_reply *reply = hob_test_request(&options, "GET /", NULL);
    cr_expect_str_eq(reply->content, "short");
    cr_expect_not(reply->whole);
    hob_test_reply_free(reply);
}

/* The work of a server around the handler. */

static int return_error(hob_request *req, hob_response *res)
{
    (void)res;
    return number_in(hob_request_path(req) + 1);
}

Test(test_request, has_the_replies_to_errors)
{
    static const struct {
        const char *line;
        int result, status;
    } cases[] = {
        {"GET /-2", -ENOENT, 404},
        {"GET /-12", -ENOMEM, 503},
        {"GET /0", -EIO, 500},
        {"GET /-125", -ECANCELED, 0},
    };
    static const hob_server_options options = {.handler = return_error};
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_test_reply *reply = hob_test_request(&options, cases[i].line, NULL);
        cr_expect_eq(reply->result, cases[i].result, "%s: %d", cases[i].line, reply->result);
        cr_expect_eq(reply->status, cases[i].status, "%s: %d", cases[i].line, reply->status);
        hob_test_reply_free(reply);
    }
}

static int
reply_with_error_page(hob_request *req, hob_response *res, int status, const char *detail)
{
    (void)req;
    return hob_reply_text(res, status, detail ? detail : "no detail");
}

Test(test_request, has_the_limit_of_the_body_and_the_error_page)
{
    const hob_server_options options = {
        .handler = reply_with_request, .body_limit = 3, .error_page = reply_with_error_page};
    hob_test_reply *reply = hob_test_request(&options, "POST /", &(hob_test_input){.body = "four"});
    cr_expect_eq(reply->status, 413);
    cr_expect_str_eq(reply->content, "the body is larger than 3 bytes");
    hob_test_reply_free(reply);
}

static const hob_server_options failing = {.handler = return_error};

Test(test_request, has_errors_in_json_for_clients_that_prefer_it)
{
    const hob_test_input json = {.headers = "Accept: application/json"};
    const hob_test_input browser = {.headers = "Accept: text/html,*/*;q=0.8"};
    hob_test_reply *reply = hob_test_request(&failing, "GET /-2", &json);
    cr_expect_str_eq(reply->content, "{\"status\":404,\"title\":\"Not Found\"}\n");
    cr_expect_str_eq(reply->content_type, "application/problem+json");
    cr_expect_str_eq(or_none(hob_test_header(reply, "Vary")), "Accept");
    hob_test_reply_free(reply);
    reply = hob_test_request(&failing, "GET /%zz", &json);
    cr_expect_eq(reply->status, 400);
    cr_expect_str_eq(reply->content_type, "application/problem+json");
    hob_test_reply_free(reply);
    reply = hob_test_request(&failing, "GET /-2", &browser);
    cr_expect_str_eq(reply->content, "404 Not Found\n");
    cr_expect_null(hob_test_header(reply, "Vary"));
    hob_test_reply_free(reply);
}

struct observed {
    int status;
    uint64_t sent;
    char route[32];
};

static void observe(void *context, const hob_exchange *exchange)
{
    struct observed *observed = context;
    observed->status = exchange->status;
    observed->sent = exchange->sent;
    snprintf(
        observed->route, sizeof(observed->route), "%s", or_none(hob_request_route(exchange->req)));
}

static int greet(hob_request *req, hob_response *res)
{
    char text[100];
    snprintf(
        text, sizeof(text), "%s %s", (const char *)hob_state(req), hob_path_value(req, "name"));
    return hob_reply_text(res, 200, text);
}

static int add_a_header(hob_request *req, hob_response *res)
{
    hob_response_add_header(res, "X-Middleware", "passed");
    return hob_next(req, res);
}

static char salute[] = "Hello,";

static const hob_route routes[] = {
    HOB_ROUTE("GET /{name}", greet, salute, (hob_handler *[]){add_a_header, NULL}),
    {0},
};

Test(test_request, has_routes_with_state_middleware_and_observers)
{
    struct observed observed;
    const hob_test_input input = {.observer = observe, .observer_context = &observed};
    hob_test_reply *reply = hob_test_routes(routes, "GET /J%C3%B8rn", &input);
    cr_expect_str_eq(reply->content, "Hello, J\xc3\xb8rn");
    cr_expect_str_eq(or_none(hob_test_header(reply, "X-Middleware")), "passed");
    cr_expect_eq(observed.status, 200);
    cr_expect_eq(observed.sent, reply->size);
    cr_expect_str_eq(observed.route, "GET /{name}");
    hob_test_reply_free(reply);
    reply = hob_test_routes(routes, "DELETE /x", NULL);
    cr_expect_eq(reply->status, 405);
    cr_expect_str_eq(or_none(hob_test_header(reply, "Allow")), "GET, HEAD, OPTIONS");
    hob_test_reply_free(reply);
}

static int sleep_a_little(hob_request *req, hob_response *res)
{
    int err = hob_sleep(0.01);
    if (err < 0)
        return err;
    char *text = hob_alloc(20);
    snprintf(text, 20, "%s", hob_request_method(req));
    return hob_reply_text(res, 200, text);
}

static const hob_server_options sleeping = {.handler = sleep_a_little};

static int test_two_at_once(void *arg)
{
    hob_test_reply **reply = arg;
    *reply = hob_test_request(&sleeping, "GET /", NULL);
    return 0;
}

static int test_in_coroutines(void *arg)
{
    hob_test_reply **replies = arg;
    return hob_join(
        hob_async(test_two_at_once, &replies[0]), hob_async(test_two_at_once, &replies[1]));
}

Test(test_request, can_be_called_in_coroutines)
{
    hob_test_reply *replies[2];
    cr_assert_eq(hob_block_on(test_in_coroutines, replies), 0);
    for (size_t i = 0; i < COUNT(replies); i++) {
        cr_expect_str_eq(replies[i]->content, "GET");
        hob_test_reply_free(replies[i]);
    }
}

static int test_without_time(void *arg)
{
    hob_test_reply **reply = arg;
    hob_deadline(0);
    *reply = hob_test_request(&sleeping, "GET /", NULL);
    return 0;
}

Test(test_request, ends_with_the_coroutine_that_called_it)
{
    hob_test_reply *reply;
    cr_assert_eq(hob_block_on(test_without_time, &reply), 0);
    cr_expect(reply->result < 0);
    hob_test_reply_free(reply);
}

/* Pipes of a job on a thread: it says that it has begun, and ends when the observer was called. */
struct job {
    int begun[2], release[2];
};

static int run_job(void *arg)
{
    const struct job *job = arg;
    char byte = 0;
    return write(job->begun[1], &byte, 1) == 1 ? (int)read(job->release[0], &byte, 1) : -EIO;
}

static int wait_for_a_job(hob_request *req, hob_response *res)
{
    struct job *job = hob_request_context(req);
    hob_future *running = hob_offload(run_job, job);
    cr_expect_eq(hob_await(hob_readable(job->begun[0])), 0);
    hob_request_set_timeout(req, 0.01);
    int err = hob_await(running);
    cr_expect_eq(hob_response_status(res), 504, "the server has replied");
    return err;
}

static void release_job(void *arg, const hob_exchange *exchange)
{
    const struct job *job = arg;
    cr_expect_eq(exchange->status, 504);
    cr_expect_eq(write(job->release[1], "", 1), 1);
}

Test(test_request, has_the_reply_of_an_uncancellable_handler)
{
    struct job job;
    cr_assert(pipe(job.begun) == 0 && pipe(job.release) == 0);
    const hob_server_options options = {.handler = wait_for_a_job, .context = &job};
    const hob_test_input input = {.observer = release_job, .observer_context = &job};
    hob_test_reply *reply = hob_test_request(&options, "GET /", &input);
    cr_expect_eq(reply->status, 504);
    cr_expect_not_null(strstr(reply->content, "(handler_timeout)"), "%s", reply->content);
    hob_test_reply_free(reply);
    for (size_t i = 0; i < 2; i++) {
        close(job.begun[i]);
        close(job.release[i]);
    }
}

static void test_a_bad_line(void *line)
{
    hob_test_request(&hello, line, NULL);
}

static void test_a_bad_header(void *headers)
{
    hob_test_request(&hello, "GET /", &(hob_test_input){.headers = headers});
}

static void expect_mistake(void (*make)(void *text), const char *text, const char *what)
{
    char copy[20];
    const struct mistake mistake = {.call = "hob_test_request", .what = what};
    snprintf(copy, sizeof(copy), "%s", text);
    struct child_end end = run_in_child(make, copy);
    expect_message(&end, &mistake);
}

Test(test_request, that_makes_no_sense_ends_the_process)
{
    static const char *const lines[] = {"", "GET", "GET ", " /", "G(T /"};
    static const char *const headers[] = {"A", ": b", "A b: c", "A: \r", "A: b\n\x01: c"};
    for (size_t i = 0; i < COUNT(lines); i++)
        expect_mistake(test_a_bad_line, lines[i], "the line is not");
    for (size_t i = 0; i < COUNT(headers); i++)
        expect_mistake(test_a_bad_header, headers[i], "a header is not");
}
