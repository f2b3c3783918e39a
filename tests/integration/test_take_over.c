/* Handlers that take over the connection of their request (include/hob/take_over.h). */
#include "hob/take_over.h"
#include "tests/support/integration.h"
#include "tests/support/upgraded.h"

TestSuite(take_over, .timeout = 60);

static int echo_until_end(hob_conn *conn)
{
    char bytes[100];
    int length;
    int err = 0;
    while (err == 0 && (length = hob_conn_read(conn, bytes, sizeof(bytes))) != 0)
        err = length < 0 ? length : hob_conn_write(conn, bytes, (size_t)length);
    hob_log(HOB_LOG_INFO, "echo ends: %s", strerror(-err));
    return err;
}

static int echo(hob_request *req, hob_response *res)
{
    hob_conn *conn;
    int err = hob_response_add_header(res, "Echo-Version", "1");
    if (err == 0)
        err = hob_take_over(req, res, "echo", &conn);
    if (err < 0)
        return reply(res, 426, "%s", strerror(-err));
    return echo_until_end(conn);
}

ClientTest(take_over, the_handler_reads_and_writes, serve(echo))
{
    raw_send(client, UPGRADE("echo", ""));
    cr_expect_str_eq(
        upgraded_head(client), "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                               "Upgrade: echo\r\nEcho-Version: 1\r\n\r\n");
    raw_send(client, "hello");
    cr_expect(upgraded_receives(client, "hello"));
    raw_send(client, "again");
    cr_expect(upgraded_receives(client, "again"));
    raw_end(client);
    cr_expect(raw_ended(client));
    cr_expect(server_logs(&server, "echo ends: Success"));
}

ClientTest(take_over, bytes_behind_the_request_are_the_first_ones, serve(echo))
{
    raw_send(client, GET("/other") UPGRADE("echo", "") "at once");
    cr_expect_str_eq(raw_receive(client).body, "other");
    cr_expect(strncmp(upgraded_head(client), "HTTP/1.1 101 ", 13) == 0);
    cr_expect(upgraded_receives(client, "at once"));
    raw_send(client, ", later");
    cr_expect(upgraded_receives(client, ", later"));
}

ClientTest(take_over, more_early_bytes_than_one_read_takes_all_arrive, serve(echo))
{
    static char sent[2000];
    char received[sizeof(sent)] = "";
    memset(sent, 'x', sizeof(sent) - 1);
    raw_send(client, UPGRADE("echo", ""));
    raw_send(client, sent);
    upgraded_head(client);
    cr_expect_eq(upgraded_receive(client, received, strlen(sent)), strlen(sent));
    cr_expect_str_eq(received, sent);
}

/*
 * Refusals, after which the handler replies.
 */

static void expect_refused(struct raw_client *client, const char *request, int reason)
{
    struct response response = raw_exchange(client, request);
    cr_expect_eq(response.status, 426, "%s", request);
    cr_expect_str_eq(response.body, strerror(reason), "%s", request);
}

ClientTest(take_over, only_what_the_client_asks_for_is_taken_over, serve(echo))
{
    expect_refused(client, GET("/"), EPROTO);
    expect_refused(client, REQUEST("GET /", "Upgrade: echo\r\n"), EPROTO);
    expect_refused(client, REQUEST("GET /", "Connection: Upgrade\r\n"), EPROTO);
    expect_refused(client, UPGRADE("h2c, echoes", ""), EPROTO);
    expect_refused(
        client,
        REQUEST(
            "POST /", "Content-Length: 4\r\nConnection: Upgrade\r\n"
                      "Upgrade: echo\r\n") "body",
        EBUSY);
    expect_refused(
        client, "GET / HTTP/1.0\r\nConnection: keep-alive, Upgrade\r\nUpgrade: echo\r\n\r\n",
        ENOTSUP);
}

ClientTest(take_over, names_may_be_in_lists_and_in_any_case, serve(echo))
{
    raw_send(
        client, REQUEST(
                    "GET /", "Connection: keep-alive, upgrade\r\nUpgrade: other\r\n"
                             "Upgrade: h2c,\tECHO\r\n") "x");
    cr_expect(strncmp(upgraded_head(client), "HTTP/1.1 101 ", 13) == 0);
    cr_expect(upgraded_receives(client, "x"));
}

static int take_over_late(hob_request *req, hob_response *res)
{
    hob_conn *conn;
    int err = reply(res, 200, "early");
    hob_log(HOB_LOG_INFO, "late: %s", strerror(-hob_take_over(req, res, "echo", &conn)));
    return err;
}

ClientTest(take_over, behind_a_reply_it_is_too_late, serve(take_over_late))
{
    cr_expect_str_eq(raw_exchange(client, UPGRADE("echo", "")).body, "early");
    cr_expect(server_logs(&server, "late: Operation already in progress"));
    cr_expect_str_eq(raw_exchange(client, GET("/other")).body, "other");
}

/*
 * The end.
 */

static int say_goodbye(void *conn)
{
    return hob_conn_write(conn, "bye", 3);
}

static int echo_politely(hob_request *req, hob_response *res)
{
    hob_conn *conn;
    char byte;
    int err = hob_take_over(req, res, "echo", &conn);
    if (err == 0)
        err = hob_conn_read(conn, &byte, 1);
    if (err == -ECANCELED)
        hob_shield_for(5, say_goodbye, conn);
    return err;
}

/* Otherwise the stop would take the 30 s of the grace. */
ProcessTest(take_over, a_server_that_stops_cancels_the_handler_at_once)
{
    struct server server = serve_with(echo_politely, .grace = 30);
    struct raw_client client = raw_connect(&server);
    raw_send(&client, UPGRADE("echo", ""));
    upgraded_head(&client);
    double began = clock_seconds();
    cr_expect_eq(server_stop(&server), 0);
    cr_expect_lt(clock_seconds() - began, 20);
    cr_expect(upgraded_receives(&client, "bye"));
    cr_expect(raw_ended(&client));
    raw_close(&client);
}

static int leave_at_once(hob_request *req, hob_response *res)
{
    hob_conn *conn;
    int err = hob_take_over(req, res, "echo", &conn);
    return err < 0 ? err : hob_conn_write(conn, "bye", 3);
}

/* A reset, for input that the handler has not read, might destroy the last bytes. */
ClientTest(take_over, the_connection_ends_with_the_handler, serve(leave_at_once))
{
    raw_send(client, UPGRADE("echo", "") "that nobody reads");
    upgraded_head(client);
    cr_expect(upgraded_receives(client, "bye"));
    cr_expect(raw_ended(client));
}

static int echo_in_time(hob_request *req, hob_response *res)
{
    hob_conn *conn;
    int err = hob_take_over(req, res, "echo", &conn);
    if (err == 0)
        err = hob_sleep(0.3);
    return err < 0 ? err : echo_until_end(conn);
}

ClientTest(
    take_over, the_handler_timeout_ends_with_http, serve_with(echo_in_time, .handler_timeout = 0.1))
{
    raw_send(client, UPGRADE("echo", "") "x");
    upgraded_head(client);
    cr_expect(upgraded_receives(client, "x"));
}

/*
 * Counts.
 */

static void log_exchange(void *context, const hob_exchange *exchange)
{
    hob_server_counts counts;
    hob_server_count(hob_request_server(exchange->req), &counts);
    hob_log(
        HOB_LOG_INFO, "status %d, received %d, sent %d, serving %zu", exchange->status,
        (int)counts.received, (int)counts.sent, counts.serving);
}

ClientTest(
    take_over, bytes_and_the_request_are_counted,
    serve_observed(echo, (hob_server_options){0}, log_exchange, NULL))
{
    char expected[100];
    raw_send(client, UPGRADE("echo", ""));
    size_t head = strlen(upgraded_head(client));
    raw_send(client, "hello");
    cr_expect(upgraded_receives(client, "hello"));
    raw_end(client);
    cr_expect(raw_ended(client));
    snprintf(
        expected, sizeof(expected), "status 101, received %zu, sent %zu, serving 1",
        strlen(UPGRADE("echo", "")) + 5, head + 5);
    cr_expect(server_logs(&server, expected), "%s", expected);
}
