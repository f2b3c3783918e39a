/*
 * From the first line that the program prints to its exit status.
 */
#include <fcntl.h>
#include <poll.h>

#include "tests/support/integration.h"
#include "tests/support/kitchen.h"
#include "tests/support/workers.h"

TestSuite(lifecycle, .timeout = 60);

static bool begins_with(const char *text, const char *begin)
{
    return strncmp(text, begin, strlen(begin)) == 0;
}

ServerTest(lifecycle, it_says_where_it_listens_and_nothing_else, server_start())
{
    cr_expect(begins_with(server.url, "http://127.0.0.1:"));
    cr_expect_eq(get(&server, "/ping")->status, 200);
    server_stop(&server);
    cr_expect_str_eq(process_output(server.process), formatted("hob listens on %s\n", server.url));
}

ProcessTest(lifecycle, it_serves_ipv6)
{
    skip_without_ipv6();
    struct server server = server_start("--host", "::1");
    cr_expect(begins_with(server.url, "http://[::1]:"));
    cr_expect_eq(get(&server, "/ping")->status, 200);
}

/* Port 0 stands for any that is free: all of them but the default. */
ProcessTest(lifecycle, the_port_may_come_from_the_environment)
{
    setenv("PORT", "0", 1);
    struct server server = server_wait(program_start());
    cr_expect_neq(server.port, 8080);
}

ServerTest(lifecycle, a_port_that_is_taken_is_an_error, server_start())
{
    const char *port = server_port(&server);
    struct process *second = program_start("--port", port);
    cr_expect_eq(process_result(second), 1);
    cr_expect_not_null(strstr(process_errors(second), port));
    cr_expect_not_null(strstr(process_errors(second), "address is in use"));
    cr_expect_str_empty(process_output(second));
}

ProcessTest(lifecycle, an_address_of_another_machine_is_an_error)
{
    struct process *hob = program_start("--host", "192.0.2.1", "--port", "0");
    cr_expect_eq(process_result(hob), 1);
    cr_expect_not_null(strstr(process_errors(hob), "192.0.2.1"));
}

static bool is_refused(const struct server *server)
{
    struct raw_client client;
    if (!raw_try_connect(&client, server))
        return errno == ECONNREFUSED;
    raw_close(&client);
    return false;
}

static void expect_orders_are_finished(int signal)
{
    struct server server = server_start("--time-scale", "0.2", "--log-level", "debug");
    struct order **orders = cook_noodles(&server, 50);
    server_signal(&server, signal);
    wait_for_orders();
    cr_expect_eq(process_result(server.process), 0);
    cr_expect_eq(count_served(orders, 50, NOODLES_DONE), 50);
    for (size_t i = 0; i < 50; i++)
        cr_assert(order_has_field(orders[i], "Connection: close"));
}

ProcessTest(lifecycle, sigterm_and_sigint_let_orders_be_finished)
{
    expect_orders_are_finished(SIGTERM);
    expect_orders_are_finished(SIGINT);
}

/* With an order that takes hours, so that it goes on stopping until the second signal. */
static struct server start_busy_server(void)
{
    struct server server = start_slow_kitchen();
    cook_noodles(&server, 1);
    return server;
}

static void stop_at_once(const struct server *server)
{
    server_signal(server, SIGTERM);
    cr_expect_eq(process_result(server->process), 128 + SIGTERM);
}

ServerTest(lifecycle, one_that_stops_closes_idle_connections, start_busy_server())
{
    struct raw_client client = raw_connect(&server);
    cr_expect_eq(raw_exchange(&client, GET("/ping")).status, 200);
    server_signal(&server, SIGTERM);
    cr_expect(raw_ended(&client));
    raw_close(&client);
    stop_at_once(&server);
}

ServerTest(lifecycle, one_that_stops_refuses_new_connections, start_busy_server())
{
    cr_expect_not(is_refused(&server));
    server_signal(&server, SIGTERM);
    cr_expect(eventually(is_refused(&server)));
    stop_at_once(&server);
}

ServerTest(
    lifecycle, one_that_stops_says_how_many_it_waits_for,
    server_start("--time-scale", "0.2", "--log-level", "debug"))
{
    cook_noodles(&server, 3);
    server_signal(&server, SIGTERM);
    cr_expect(server_logs(&server, "stopping: 3 requests in progress"));
    wait_for_orders();
}

/* A request that was sent gets a response: the client does not know that the server stops. */
ProcessTest(lifecycle, requests_sent_before_the_signal_are_answered)
{
    for (size_t i = 0; i < 50; i++) {
        struct server server = server_start();
        struct raw_client first = raw_connect(&server);
        raw_exchange(&first, GET("/ping")); /* now it surely runs */
        struct raw_client second = raw_connect(&server);
        raw_send(&first, GET("/ping"));
        raw_send(&second, GET("/ping"));
        server_signal(&server, SIGTERM);
        cr_expect_eq(raw_receive(&first).status, 200);
        cr_expect_eq(raw_receive(&second).status, 200);
        raw_close(&first);
        raw_close(&second);
        cr_expect_eq(process_result(server.process), 0);
    }
}

/* The same for many at once, which the signal finds in each place where a request can wait. */
ServerTest(lifecycle, requests_sent_while_it_was_held_up_are_answered, server_start())
{
    enum { KNOWN = 10, CLIENTS = 310 }; /* the others are more than are accepted at a time */
    static struct raw_client clients[CLIENTS];
    for (size_t i = 0; i < KNOWN; i++) {
        clients[i] = raw_connect(&server);
        raw_exchange(&clients[i], GET("/ping"));
    }
    kill(server.process->pid, SIGSTOP);
    raw_connect_all(&server, clients + KNOWN, CLIENTS - KNOWN);
    for (size_t i = 0; i < CLIENTS; i++)
        raw_send(&clients[i], GET("/ping"));
    server_signal(&server, SIGTERM);
    kill(server.process->pid, SIGCONT);
    for (size_t i = 0; i < CLIENTS; i++) {
        cr_assert_eq(raw_receive(&clients[i]).status, 200, "client %zu", i);
        cr_assert(raw_ended(&clients[i]), "client %zu", i);
        raw_close(&clients[i]);
    }
    cr_expect_eq(process_result(server.process), 0);
}

/* Its line is what others wait for: a supervisor may stop it as soon as it is there. */
ProcessTest(lifecycle, a_signal_right_behind_the_line_is_heeded)
{
    for (size_t i = 0; i < 50; i++) {
        struct server server = server_start();
        cr_assert_eq(server_stop(&server), 0, "%d", server.process->result);
    }
}

ServerTest(
    lifecycle, orders_longer_than_the_grace_are_given_up, start_slow_kitchen("--grace", "0.2"))
{
    struct order **orders = cook_noodles(&server, 3);
    cr_expect_eq(server_stop(&server), 0);
    cr_expect_eq(server_log_count(&server, "3 requests took longer than the grace"), 1);
    cr_expect_eq(server_log_count(&server, "cooking done"), 0);
    wait_for_orders();
    for (size_t i = 0; i < 3; i++)
        cr_expect_eq(orders[i]->status, 0, "%ld", orders[i]->status);
}

ProcessTest(lifecycle, a_second_signal_stops_it_at_once)
{
    static const int signals[][2] = {
        {SIGTERM, SIGTERM}, {SIGTERM, SIGINT}, {SIGINT, SIGTERM}, {SIGINT, SIGINT}};
    for (size_t i = 0; i < COUNT(signals); i++) {
        struct server server = start_busy_server();
        server_signal(&server, signals[i][0]);
        cr_expect(server_logs(&server, "stopping"));
        server_signal(&server, signals[i][1]);
        cr_expect_eq(process_result(server.process), 128 + signals[i][1]);
    }
}

/* A reset would take the response with it, if the client has not read it by then. */
ServerTest(
    lifecycle, a_late_request_does_not_destroy_the_last_response,
    server_start("--idle-grace", "5", "--time-scale", "0.05"))
{
    struct raw_client client = raw_connect(&server);
    raw_send(&client, GET("/french-fries"));
    raw_settle(&client);
    server_begin_stop(&server);
    struct pollfd readable = {.fd = client.fd, .events = POLLIN};
    cr_expect_eq(poll(&readable, 1, 10000), 1, "the response is there, and was not taken");
    raw_send(&client, GET("/ping"));
    raw_settle(&client);
    struct response response = raw_receive(&client);
    cr_expect_eq(response.status, 200);
    cr_expect(has_field(&response, "Connection: close"));
    cr_expect(raw_ended(&client));
    raw_close(&client);
    cr_expect_eq(process_result(server.process), 0);
}

#define IN_A_NAMESPACE                                                                             \
    "/usr/bin/unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child", "/bin/sh", \
        "-c"

static bool has_namespaces(void)
{
    return process_result(start_command(IN_A_NAMESPACE, "exit 0")) == 0;
}

/* The sleeper's parent ends, so that it is left to process 1: first the shell, then hob. */
static void expect_orphans_are_reaped(const char *workers)
{
    struct server server = server_wait(start_command(
        IN_A_NAMESPACE, "(sleep 1 &); exec \"$0\" --port 0 --workers \"$1\"", HOB_BINARY, workers));
    struct server first = {.process = &(struct process){.pid = first_worker(&server)}};
    size_t own = *workers == '1' ? 0 : (size_t)strtoul(workers, NULL, 10);
    cr_expect(eventually(count_workers(&first) == own), "with %s workers", workers);
    kill(first.process->pid, SIGTERM);
    cr_expect_eq(process_result(server.process), 0, "%d", server.process->result);
}

ProcessTest(lifecycle, as_process_1_it_reaps_the_orphans_of_others)
{
    if (!has_namespaces())
        cr_skip("this machine gives no namespaces");
    expect_orphans_are_reaped("1");
    expect_orphans_are_reaped("2");
}

/* As when its output goes to a program that has ended: the log is lost, and nothing else. */
ProcessTest(lifecycle, it_survives_a_log_that_nobody_reads)
{
    int ends[2];
    cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
    const char *end = formatted("/dev/fd/%d", dup(ends[1])); /* the copy is inherited */
    struct server server = server_wait(start_command(
        "/bin/sh", "-c", "exec \"$0\" --port 0 --time-scale 0.001 2>\"$1\"", HOB_BINARY, end));
    close(ends[0]);
    cr_expect_str_eq(get(&server, "/noodles")->body.bytes, NOODLES_DONE);
}
