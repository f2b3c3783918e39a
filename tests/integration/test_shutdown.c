/*
 * Shutdown without loss: a request that was sent before the server is stopped gets a response.
 */

#include "tests/support/integration.h"
#include "tests/support/kitchen.h"
#include "tests/support/load.h"

TestSuite(shutdown, .timeout = 60);

#define HELLO "Hello, world!"

/* The last response said that the connection stays, so the client may have sent another request. */
ClientTest(
    shutdown, an_idle_connection_may_send_its_next_request, server_start("--idle-grace", "10"))
{
    raw_exchange(client, GET("/ping"));
    server_begin_stop(&server);
    struct response response = raw_exchange(client, GET("/ping"));
    cr_expect_eq(response.status, 200);
    cr_expect(has_field(&response, "Connection: close"));
    cr_expect(raw_ended(client));
    cr_expect_eq(process_result(server.process), 0);
}

ClientTest(
    shutdown, a_new_connection_may_send_its_first_request, server_start("--idle-grace", "10"))
{
    server_begin_stop(&server);
    struct response response = raw_exchange(client, GET("/ping"));
    cr_expect_eq(response.status, 200);
    cr_expect(has_field(&response, "Connection: close"));
    cr_expect_eq(process_result(server.process), 0);
}

static double seconds_to_stop(const char *idle_grace, const char *grace)
{
    struct server server = server_start("--idle-grace", idle_grace, "--grace", grace);
    struct raw_client client = raw_connect(&server);
    raw_exchange(&client, GET("/ping"));
    double seconds = server_seconds_to_stop(&server);
    cr_expect(raw_ended(&client));
    return seconds;
}

ProcessTest(shutdown, an_idle_connection_is_waited_for_as_long_as_told)
{
    double seconds = seconds_to_stop("0.5", "30");
    cr_expect(seconds > 0.4 && seconds < 2, "%g", seconds);
    seconds = seconds_to_stop("0", "30");
    cr_expect_lt(seconds, 0.4, "%g", seconds);
    seconds = seconds_to_stop("30", "0.5");
    cr_expect(seconds > 0.4 && seconds < 2, "%g: the grace is for all", seconds);
}

/* One that was idle for that long before is not waited for again. */
ClientTest(shutdown, an_idle_connection_is_closed_at_once, server_start("--idle-grace", "0.5"))
{
    raw_exchange(client, GET("/ping"));
    usleep(600000);
    double seconds = server_seconds_to_stop(&server);
    cr_expect_lt(seconds, 0.4, "%g", seconds);
}

ClientTest(
    shutdown, pipelined_requests_are_all_answered,
    server_start("--time-scale", "0.1", "--log-level", "debug"))
{
    raw_send(client, GET("/noodles") GET("/ping") GET("/french-fries") GET("/ping"));
    cr_expect(server_logs(&server, "boil the egg"));
    server_signal(&server, SIGTERM);
    cr_expect_str_eq(raw_receive(client).body, NOODLES_DONE);
    cr_expect_str_eq(raw_receive(client).body, HELLO);
    cr_expect_str_eq(raw_receive(client).body, FRIES_DONE);
    struct response last = raw_receive(client);
    cr_expect_str_eq(last.body, HELLO);
    cr_expect(has_field(&last, "Connection: close"));
    cr_expect(raw_ended(client));
    cr_expect_eq(process_result(server.process), 0);
}

/* Replies the length of the body. */
static int measure_body(hob_request *req, hob_response *res)
{
    char piece[4096];
    size_t length = 0;
    int received;
    while ((received = hob_body_read(req, piece, sizeof(piece))) > 0) {
        if (length == 0)
            hob_log(HOB_LOG_INFO, "a body begins");
        length += (size_t)received;
    }
    return received < 0 ? received : reply(res, 200, "%zu", length);
}

ServerTest(shutdown, bodies_may_be_uploaded_to_their_end, serve(measure_body))
{
    enum { CLIENTS = 20 };
    struct raw_client clients[CLIENTS];
    for (size_t i = 0; i < CLIENTS; i++) {
        clients[i] = raw_connect(&server);
        raw_send(&clients[i], REQUEST("POST /", "Content-Length: 100000\r\n") "abc");
    }
    cr_assert(eventually(server_log_count(&server, "a body begins") == CLIENTS));
    server_begin_stop(&server);
    static char rest[100000 - 3];
    memset(rest, 'x', sizeof(rest));
    for (size_t i = 0; i < CLIENTS; i++) {
        raw_send_bytes(&clients[i], rest, sizeof(rest));
        cr_expect_str_eq(raw_receive(&clients[i]).body, "100000");
        cr_expect(raw_ended(&clients[i]));
        raw_close(&clients[i]);
    }
    cr_expect_eq(process_result(server.process), 0);
}

static void begin_pipelines(const struct server *server, struct raw_client *clients, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        clients[i] = raw_connect(server);
        raw_send(&clients[i], GET("/noodles") GET("/ping") GET("/noodles"));
    }
}

static void expect_pipelines(struct raw_client *clients, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        cr_expect_str_eq(raw_receive(&clients[i]).body, NOODLES_DONE);
        cr_expect_str_eq(raw_receive(&clients[i]).body, HELLO);
        cr_expect_str_eq(raw_receive(&clients[i]).body, NOODLES_DONE);
        cr_expect(raw_ended(&clients[i]));
        raw_close(&clients[i]);
    }
}

/* In each round the signal finds the clients in other places. */
ProcessTest(shutdown, under_full_load_nothing_is_lost)
{
    enum { ROUNDS = 5, PIPELINES = 20, ORDERS = 50, CLIENTS = 16 };
    struct raw_client pipelines[PIPELINES];
    size_t served = 0;
    for (size_t i = 0; i < ROUNDS; i++) {
        struct server server =
            server_start("--time-scale", "0.05", "--log-level", "debug", "--idle-grace", "2");
        struct order **orders = cook_noodles(&server, ORDERS);
        begin_pipelines(&server, pipelines, PIPELINES);
        struct load *load = load_start(server_address(&server), CLIENTS);
        cr_assert(eventually(load_served(load) > 100));
        load_expect_end(load);
        server_signal(&server, SIGTERM);
        cr_expect_eq(get(&server, "/ping")->status, 200); /* on a connection that was idle */
        wait_for_orders();
        expect_pipelines(pipelines, PIPELINES);
        served += load_end_without_loss(load).served;
        cr_expect_eq(process_result(server.process), 0);
        cr_expect_eq(count_served(orders, ORDERS, NOODLES_DONE), ORDERS);
    }
    printf("%d shutdowns: %zu requests served, none lost\n", ROUNDS, served);
}

/* "/stream" lasts until the server stops, "/order" goes on for a while then, all else is quick. */
static int stream_or_cook(hob_request *req, hob_response *res)
{
    const char *path = hob_request_path(req);
    bool is_stream = strcmp(path, "/stream") == 0;
    if (!is_stream && strcmp(path, "/order") != 0)
        return hob_reply_text(res, 200, HELLO);
    int err = is_stream ? hob_stream(res, 200, "text/event-stream") : 0;
    if (is_stream && err == 0)
        err = hob_event(res, NULL, NULL, "begin");
    hob_log(HOB_LOG_INFO, "%s begun", path);
    if (err == 0)
        err = hob_await(hob_server_until_stopping(hob_request_server(req)));
    if (is_stream)
        return err < 0 ? err : hob_event(res, NULL, NULL, "end");
    err = hob_sleep(0.5);
    return err < 0 ? err : hob_reply_text(res, 200, "served");
}

ProcessTest(shutdown, under_full_load_streams_end_properly)
{
    enum { STREAMS = 100, ORDERS = 100, CLIENTS = 16, GRACE = 5 };
    struct server server = serve_with(stream_or_cook, .grace = GRACE, .idle_grace = 2);
    struct order **streams = order_many(&server, "/stream", STREAMS);
    struct order **orders = order_many(&server, "/order", ORDERS);
    while (server_log_count(&server, " begun") < STREAMS + ORDERS)
        get(&server, "/");
    struct load *load = load_start(server_address(&server), CLIENTS);
    cr_assert(eventually(load_served(load) > 1000));
    load_expect_end(load);
    double begin = clock_seconds();
    server_signal(&server, SIGTERM);
    wait_for_orders();
    struct load_result result = load_end_without_loss(load);
    cr_expect_eq(process_result(server.process), 0);
    double seconds = clock_seconds() - begin;
    cr_expect_eq(count_served(streams, STREAMS, "data: begin\n\ndata: end\n\n"), STREAMS);
    cr_expect_eq(count_served(orders, ORDERS, "served"), ORDERS);
    cr_expect_lt(seconds, GRACE + 0.5, "%g", seconds);
    printf(
        "%d streams, %d orders and %zu requests under load: none lost, stopped after %.3f s\n",
        STREAMS, ORDERS, result.served, seconds);
    free(streams);
}

ServerTest(
    shutdown, takes_no_longer_than_the_grace_and_half_a_second, start_slow_kitchen("--grace", "1"))
{
    enum { ORDERS = 200 };
    cook_noodles(&server, ORDERS);
    double seconds = server_seconds_to_stop(&server);
    printf("%d orders that take hours, a grace of 1 s: stopped after %.3f s\n", ORDERS, seconds);
    cr_expect(seconds >= 1 && seconds < 1.5, "%g", seconds);
}

ServerTest(shutdown, readiness_turns_before_the_drain_delay, server_start("--drain-delay", "0.5"))
{
    cr_expect_eq(get(&server, "/readyz")->status, 200);
    double begin = clock_seconds();
    server_signal(&server, SIGTERM);
    cr_expect(server_logs(&server, "serves as before for 0.5 seconds"));
    cr_expect_eq(get(&server, "/readyz")->status, 503);
    cr_expect_eq(get(&server, "/healthz")->status, 200);
    struct raw_client late = raw_connect(&server); /* a new client, on a new connection */
    struct response response = raw_exchange(&late, GET("/ping"));
    cr_expect_eq(response.status, 200);
    cr_expect_not(has_field(&response, "Connection: close"));
    cr_expect_eq(process_result(server.process), 0);
    cr_expect_geq(clock_seconds() - begin, 0.5);
}

ClientTest(shutdown, readiness_turns_also_without_a_delay, server_start("--idle-grace", "10"))
{
    raw_exchange(client, GET("/ping"));
    server_begin_stop(&server);
    cr_expect_eq(raw_exchange(client, GET("/readyz")).status, 503);
    cr_expect_eq(process_result(server.process), 0);
}

/* The new process takes the clients: nothing is waited for. */
ServerTest(shutdown, a_restart_spends_no_delay, server_start("--drain-delay", "1000"))
{
    server_restart(&server);
    cr_expect_eq(get(&server, "/readyz")->status, 200);
    server_signal(&server, SIGTERM);
    cr_expect(server_logs(&server, "serves as before for 1000 seconds"));
    server_signal(&server, SIGTERM);
    cr_expect_neq(process_result(server.process), 0, "the second signal ends it at once");
}
