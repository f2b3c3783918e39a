/*
 * Clients that are too slow, and handlers that are (hob_server_options in include/hob/server.h).
 */
#include <poll.h>

#include "tests/support/integration.h"

TestSuite(timeouts, .timeout = 60);

/* Long enough to differ from no time at all, short enough to wait for. */
#define LIMIT 0.2

static int say_hello(hob_request *req, hob_response *res)
{
    return hob_reply_text(res, 200, "hello");
}

/* Whether the server ends the connection after the limit, and not long after it. */
static bool ends_in_time(struct raw_client *client, double since)
{
    bool ended = raw_ended(client);
    double seconds = clock_seconds() - since;
    cr_expect(seconds >= LIMIT * 0.9, "after %g s", seconds);
    cr_expect(seconds < LIMIT + 2, "after %g s", seconds);
    return ended;
}

ClientTest(
    timeouts, a_client_that_says_nothing_is_left, serve_with(say_hello, .head_timeout = LIMIT))
{
    double begin = clock_seconds();
    cr_expect(ends_in_time(client, begin));
}

ServerTest(
    timeouts, silent_clients_are_closed_in_their_order,
    serve_with(say_hello, .head_timeout = LIMIT))
{
    struct raw_client clients[20];
    for (size_t i = 0; i < 20; i++)
        clients[i] = raw_connect(&server);
    for (size_t i = 0; i < 20; i += 2) /* every second one goes on in time */
        cr_expect_eq(raw_exchange(&clients[i], GET("/")).status, 200);
    for (size_t i = 0; i < 20; i++)
        cr_expect(i % 2 == 0 || raw_ended(&clients[i]));
    for (size_t i = 0; i < 20; i++) {
        if (i % 2 == 0)
            cr_expect_eq(raw_exchange(&clients[i], GET("/")).status, 200);
        raw_close(&clients[i]);
    }
}

ClientTest(
    timeouts, half_a_head_gets_408_though_its_bytes_drip_in,
    serve_with(say_hello, .head_timeout = LIMIT))
{
    static const char head[] = "GET / HTTP/1.1\r\nHost: hob\r\nX-Slow: ";
    double begin = clock_seconds();
    for (const char *c = head; *c; c++)
        raw_send_bytes(client, c, 1);
    struct response response = raw_receive(client);
    cr_expect_eq(response.status, 408);
    cr_expect(strstr(response.body, "head_timeout"), "%s", response.body);
    cr_expect(has_field(&response, "Connection: close"));
    cr_expect(clock_seconds() - begin >= LIMIT * 0.9);
    cr_expect(raw_ended(client));
}

/* The time for a head begins with its first byte, not with the end of the one before. */
ClientTest(
    timeouts, a_later_head_has_its_own_time,
    serve_with(say_hello, .head_timeout = LIMIT, .idle_timeout = 50))
{
    cr_expect_eq(raw_exchange(client, GET("/")).status, 200);
    double begin = clock_seconds();
    raw_send(client, "GET / HT");
    cr_expect_eq(raw_receive(client).status, 408);
    cr_expect(clock_seconds() - begin >= LIMIT * 0.9);
}

ClientTest(timeouts, half_a_pipelined_head_gets_408, serve_with(say_hello, .head_timeout = LIMIT))
{
    raw_send(client, GET("/") "GET / HTTP/1.1\r\n");
    cr_expect_eq(raw_receive(client).status, 200);
    cr_expect_eq(raw_receive(client).status, 408);
}

ClientTest(
    timeouts, an_idle_connection_is_closed_without_a_word,
    serve_with(say_hello, .idle_timeout = LIMIT))
{
    for (int i = 0; i < 3; i++)
        cr_expect_eq(raw_exchange(client, GET("/")).status, 200);
    cr_expect(ends_in_time(client, clock_seconds()));
}

static int take_body(hob_request *req, hob_response *res)
{
    const char *body;
    size_t size;
    int err = hob_body_all(req, SIZE_MAX, &body, &size);
    return err < 0 ? err : reply(res, 200, "%zu bytes", size);
}

ClientTest(
    timeouts, a_body_that_does_not_go_on_gets_408, serve_with(take_body, .body_timeout = LIMIT))
{
    struct response response =
        raw_exchange(client, REQUEST("POST /", "Content-Length: 10\r\n") "12345");
    cr_expect_eq(response.status, 408);
    cr_expect(strstr(response.body, "body_timeout"), "%s", response.body);
    cr_expect(has_field(&response, "Connection: close"));
    cr_expect(raw_ended(client));
}

static int ignore_body(hob_request *req, hob_response *res)
{
    return hob_reply_text(res, 200, "ignored");
}

/* Not for each byte of it: an unread body has the time of one read in all. */
ClientTest(
    timeouts, an_ignored_body_that_stops_ends_the_connection,
    serve_with(ignore_body, .body_timeout = LIMIT, .linger_timeout = 0.1))
{
    raw_send(client, REQUEST("POST /", "Content-Length: 10\r\n") "12345");
    double begin = clock_seconds();
    cr_expect_str_eq(raw_receive(client).body, "ignored");
    cr_expect(ends_in_time(client, begin));
}

static int sleep_long(hob_request *req, hob_response *res)
{
    hob_deadline_at(INFINITY); /* it may ask, but it does not get more time */
    int err = hob_sleep(INFINITY);
    hob_log(HOB_LOG_INFO, "slept: %s", strerror(-err));
    hob_deadline_at(INFINITY);
    cr_expect_eq(hob_yield(), -ETIMEDOUT);
    return strcmp(hob_request_path(req), "/apology") == 0 ? reply(res, 200, "sorry") : err;
}

ClientTest(
    timeouts, a_handler_that_takes_too_long_is_told_and_gets_504,
    serve_with(sleep_long, .handler_timeout = LIMIT))
{
    double begin = clock_seconds();
    struct response response = raw_exchange(client, GET("/"));
    cr_expect_eq(response.status, 504);
    cr_expect(strstr(response.body, "handler_timeout"), "%s", response.body);
    cr_expect(clock_seconds() - begin >= LIMIT * 0.9);
    cr_expect(server_logs(&server, "slept: Connection timed out"));
    cr_expect_str_eq(raw_exchange(client, GET("/apology")).body, "sorry");
    cr_expect_str_eq(raw_exchange(client, GET("/other")).body, "other", "it is served on");
}

static int read_for_ever(hob_request *req, hob_response *res)
{
    static char piece[64 * 1024];
    int length;
    do
        length = hob_body_read(req, piece, sizeof(piece));
    while (length > 0);
    hob_log(HOB_LOG_INFO, "read until: %s", strerror(-length));
    return length < 0 ? length : reply(res, 200, "done");
}

ServerTest(
    timeouts, a_handler_that_reads_without_an_end_times_out,
    serve_with(
        read_for_ever, .handler_timeout = LIMIT, .body_limit = SIZE_MAX, .linger_timeout = 0.1))
{
    static char dots[64 * 1024];
    struct raw_client client = raw_connect(&server);
    raw_send(&client, REQUEST("POST /", "Content-Length: 1000000000000\r\n"));
    raw_flood(&client, dots, sizeof(dots));
    cr_expect(server_logs(&server, "read until: Connection timed out"));
    raw_end_flood(&client);
}

static int time_out_of_its_own(hob_request *req, hob_response *res)
{
    hob_deadline(0.01);
    return hob_sleep(INFINITY);
}

ClientTest(timeouts, a_deadline_of_a_handler_ends_with_it, serve(time_out_of_its_own))
{
    struct response response = raw_exchange(client, GET("/") GET("/other"));
    cr_expect_eq(response.status, 504);
    cr_expect_not(strstr(response.body, "handler_timeout"), "%s", response.body);
    cr_expect_str_eq(raw_receive(client).body, "other");
}

static int flood(hob_request *req, hob_response *res)
{
    static const char much[1024 * 1024];
    int err = hob_stream(res, 200, "application/octet-stream");
    while (err == 0)
        err = hob_send(res, much, sizeof(much));
    hob_log(HOB_LOG_INFO, "sent until: %s", strerror(-err));
    return err;
}

ClientTest(timeouts, a_client_that_does_not_read_is_left, serve_with(flood, .write_timeout = LIMIT))
{
    double begin = clock_seconds();
    raw_send(client, GET("/"));
    cr_expect(server_logs(&server, "sent until: Broken pipe"));
    cr_expect(clock_seconds() - begin >= LIMIT * 0.9);
}

static int say_much(hob_request *req, hob_response *res)
{
    static char much[15 * 1024];
    memset(much, 'x', sizeof(much) - 1);
    return hob_reply_text(res, 200, much);
}

/*
 * The first response lies in the client's socket, the second in the server's, and for the third
 * there is no room: its handler has long returned, and the connection waits for the next request.
 */
ProcessTest(timeouts, a_client_that_does_not_read_a_reply_is_left)
{
    int small = 2 * 1024;
    int fd = listen_with_small_buffers();
    hob_server_options options = {.write_timeout = LIMIT, .sockets = &fd, .socket_count = 1};
    struct server server = serve_within(say_much, options);
    struct raw_client client = raw_connect(&server);
    setsockopt(client.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
    double begin = clock_seconds();
    for (size_t i = 0; i < 3; i++) {
        raw_send(&client, GET("/"));
        raw_settle(&client);
    }
    struct pollfd end = {.fd = client.fd, .events = POLLRDHUP};
    cr_expect_eq(poll(&end, 1, PATIENCE * 1000), 1, "it is not left");
    cr_expect(clock_seconds() - begin >= LIMIT * 0.9);
}

/* Every byte that is taken is progress. */
ServerTest(
    timeouts, a_client_that_reads_slowly_is_waited_for,
    serve_with(flood, .write_timeout = 5, .handler_timeout = LIMIT))
{
    struct order *order = order_prepare(&server, "/");
    curl_easy_setopt(order->easy, CURLOPT_MAX_RECV_SPEED_LARGE, (curl_off_t)1024 * 1024);
    curl_easy_setopt(order->easy, CURLOPT_TIMEOUT_MS, 1500L);
    order_complete(order);
    cr_expect_eq(order->error, CURLE_OPERATION_TIMEDOUT, "%s", curl_easy_strerror(order->error));
    cr_expect(server_logs(&server, "sent until"), "its client has left");
}

ServerTest(
    timeouts, a_client_that_sends_for_ever_is_closed,
    serve_with(say_hello, .linger_timeout = LIMIT))
{
    static char dots[] = "..........";
    struct raw_client client = raw_connect(&server);
    raw_send(&client, REQUEST("GET /", "Connection: close\r\n") "more");
    cr_expect_str_eq(raw_receive(&client).body, "hello");
    raw_flood(&client, dots, sizeof(dots) - 1);
    cr_expect_eq(server_stop(&server), 0);
    raw_end_flood(&client);
}

ProcessTest(timeouts, that_make_no_sense_are_refused)
{
    static const double cases[] = {-1, -INFINITY, NAN};
    for (size_t i = 0; i < COUNT(cases); i++) {
        const hob_server_options options[] = {
            {.handler = say_hello, .head_timeout = cases[i]},
            {.handler = say_hello, .body_timeout = cases[i]},
            {.handler = say_hello, .handler_timeout = cases[i]},
            {.handler = say_hello, .write_timeout = cases[i]},
            {.handler = say_hello, .idle_timeout = cases[i]},
            {.handler = say_hello, .linger_timeout = cases[i]},
        };
        for (size_t j = 0; j < COUNT(options); j++) {
            hob_server *server;
            cr_expect_eq(
                hob_server_open(&options[j], &server), -ERANGE, "%g for option %zu", cases[i], j);
        }
    }
}

ClientTest(
    timeouts, that_are_infinite_are_none,
    serve_with(
        say_hello, .head_timeout = INFINITY, .body_timeout = INFINITY, .handler_timeout = INFINITY,
        .write_timeout = INFINITY, .idle_timeout = INFINITY, .linger_timeout = INFINITY))
{
    raw_send(client, "GET / HT");
    raw_settle(client);
    cr_expect_str_eq(raw_exchange(client, "TP/1.1\r\nHost: h\r\n\r\n").body, "hello");
}

/* The options of the program. Other tests show their effects. */
ProcessTest(timeouts, and_limits_of_the_program_are_those_of_its_server)
{
    static const struct {
        const char *option, *value, *request;
        int status;
    } cases[] = {
        {"--head-timeout", "0.2", "GET /ping HTTP/1.1\r\n", 408},
        {"--handler-timeout", "0.2", GET("/noodles"), 504},
        {"--target-limit", "5", GET("/ping"), 200},
        {"--target-limit", "4", GET("/ping"), 414},
        {"--head-limit", "39", GET("/ping"), 200},
        {"--head-limit", "38", GET("/ping"), 431},
        {"--header-limit", "2", REQUEST("GET /ping", "A: b\r\n"), 200},
        {"--header-limit", "1", REQUEST("GET /ping", "A: b\r\n"), 431},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct server server = server_start(cases[i].option, cases[i].value);
        struct response response = raw_ask(&server, cases[i].request);
        cr_expect_eq(
            response.status, cases[i].status, "%s %s: %d", cases[i].option, cases[i].value,
            response.status);
        cr_expect_eq(server_stop(&server), 0);
    }
}
