/*
 * More clients than there is room for.
 */
#include <sys/resource.h>

#include "tests/support/integration.h"

TestSuite(limits, .timeout = 60);

static void expect_told_to_come_back(struct response response)
{
    cr_expect_eq(response.status, 503, "%d", response.status);
    cr_expect(has_field(&response, "Retry-After: 1"));
    cr_expect(has_field(&response, "Connection: close"));
}

ServerTest(
    limits, who_comes_when_there_is_no_room_is_told_so, server_start("--connection-limit", "3"))
{
    enum { LIMIT = 3 };
    struct raw_client clients[LIMIT];
    raw_connect_all(&server, clients, LIMIT);
    for (size_t i = 0; i < LIMIT; i++)
        cr_expect_eq(raw_exchange(&clients[i], GET("/ping")).status, 200);
    for (size_t i = 0; i < 5; i++) {
        struct raw_client late = raw_connect(&server);
        struct response response = raw_exchange(&late, GET("/ping"));
        expect_told_to_come_back(response);
        cr_expect_not_null(strstr(response.body, "connection_limit"), "%s", response.body);
        cr_expect(raw_ended(&late));
        raw_close(&late);
    }
    for (size_t i = 0; i < LIMIT; i++)
        cr_expect_eq(raw_exchange(&clients[i], GET("/ping")).status, 200, "they stay");
    cr_expect_eq(server_log_count(&server, "more than 3 connections"), 1, "it is said once");
    raw_close_all(clients, LIMIT);
    cr_expect_eq(get(&server, "/ping")->status, 200);
}

/* The number at the time of the request counts. */
ServerTest(
    limits, who_came_too_early_is_served_once_there_is_room,
    server_start("--connection-limit", "1"))
{
    struct raw_client first = raw_connect(&server);
    cr_expect_eq(raw_exchange(&first, GET("/ping")).status, 200);
    struct raw_client second = raw_connect(&server);
    cr_expect(server_logs(&server, "more than 1 connections"));
    cr_expect_eq(raw_exchange(&first, REQUEST("GET /ping", "Connection: close\r\n")).status, 200);
    cr_expect(raw_ended(&first));
    struct response response = raw_exchange(&second, GET("/ping"));
    cr_expect_eq(response.status, 200);
    cr_expect_not(has_field(&response, "Connection: close"));
}

/* An eighth more than the limit, and one: they may be silent, so there must be an end. */
ServerTest(
    limits, who_cannot_even_be_told_waits_in_the_queue, server_start("--connection-limit", "8"))
{
    enum { LIMIT = 8, SURPLUS = 2 };
    struct raw_client clients[LIMIT + SURPLUS];
    raw_connect_all(&server, clients, LIMIT + SURPLUS);
    struct raw_client last = raw_connect(&server);
    raw_send(&last, GET("/ping"));
    cr_expect_eq(raw_exchange(&clients[0], GET("/ping")).status, 200);
    cr_expect_gt(raw_unread(&last), 0, "nobody has read its request");
    raw_close(&clients[LIMIT]);
    expect_told_to_come_back(raw_receive(&last));
}

ServerTest(limits, a_stop_answers_clients_in_the_queue, server_start("--connection-limit", "4"))
{
    enum { CLIENTS = 20 };
    struct raw_client clients[CLIENTS];
    raw_connect_all(&server, clients, CLIENTS);
    cr_expect_eq(raw_exchange(&clients[0], GET("/ping")).status, 200);
    for (size_t i = 0; i < CLIENTS; i++)
        raw_send(&clients[i], GET("/ping"));
    server_signal(&server, SIGTERM);
    for (size_t i = 0; i < CLIENTS; i++) {
        int status = raw_receive(&clients[i]).status;
        cr_expect(status == 200 || status == 503, "client %zu: %d", i, status);
        cr_expect(raw_ended(&clients[i]));
    }
    cr_expect_eq(process_result(server.process), 0);
}

static struct server start_with_descriptors(const char *count)
{
    return server_wait(start_command(
        "/bin/sh", "-c", "ulimit -n \"$1\"; exec \"$0\" --port 0 --connection-limit 1000",
        HOB_BINARY, count));
}

/* Only a limit that was asked for and does not fit is reported. */
ProcessTest(limits, the_default_gives_way_without_a_word)
{
    struct server modest = server_wait(
        start_command("/bin/sh", "-c", "ulimit -n 64; exec \"$0\" --port 0", HOB_BINARY));
    cr_expect_eq(get(&modest, "/ping")->status, 200);
    cr_expect_eq(server_log_count(&modest, "ulimit"), 0);
    struct server greedy = start_with_descriptors("64");
    cr_expect_eq(get(&greedy, "/ping")->status, 200);
    cr_expect_eq(server_log_count(&greedy, "ulimit"), 1);
}

/* The processor time that it uses in a second in which it only lacks a resource. */
static double cpu_share(const struct server *server)
{
    double used = process_cpu_seconds(server->process);
    double begin = clock_seconds();
    sleep(1);
    used = process_cpu_seconds(server->process) - used;
    return used / (clock_seconds() - begin);
}

/* Until a client is served who was not there before. */
static double seconds_to_recover(const struct server *server)
{
    double begin = clock_seconds();
    cr_expect(eventually(get(server, "/ping")->status == 200));
    return clock_seconds() - begin;
}

static size_t count_status(struct raw_client *clients, size_t count, int status)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += raw_receive(&clients[i]).status == status;
    return found;
}

static void expect_calm(const struct server *server, struct raw_client *clients, size_t count)
{
    double share = cpu_share(server);
    raw_close_all(clients, count);
    double recovery = seconds_to_recover(server);
    printf(
        "%zu clients and few descriptors: %.2f %% CPU, recovers in %.3f s\n", count, share * 100,
        recovery);
    cr_expect_lt(share, UNDER_ASAN ? 0.5 : 0.05);
    cr_expect_lt(recovery, 1);
}

ServerTest(limits, silent_clients_on_all_descriptors_do_no_harm, start_with_descriptors("64"))
{
    enum { CLIENTS = 200 };
    static struct raw_client clients[CLIENTS];
    cr_expect(server_logs(&server, "no more than 37 connections are served"));
    raw_connect_all(&server, clients, CLIENTS);
    cr_expect_eq(raw_exchange(&clients[0], GET("/ping")).status, 200, "the first ones are in");
    cr_expect(server_logs(&server, "more than 37 connections"));
    cr_expect_eq(server_log_count(&server, "Too many open files"), 0);
    expect_calm(&server, clients, CLIENTS);
}

ServerTest(limits, clients_without_descriptors_get_503, start_with_descriptors("64"))
{
    enum { CLIENTS = 200, LIMIT = 37 };
    static struct raw_client clients[CLIENTS];
    raw_connect_all(&server, clients, CLIENTS);
    for (size_t i = 0; i < CLIENTS; i++)
        raw_send(&clients[i], GET("/ping"));
    cr_expect_eq(count_status(clients, LIMIT, 200), LIMIT);
    cr_expect_eq(count_status(clients + LIMIT, CLIENTS - LIMIT, 503), CLIENTS - LIMIT);
    expect_calm(&server, clients, CLIENTS);
}

/* The limit was decided on before: this is as when handlers open many files. */
ServerTest(limits, even_without_any_descriptor_clients_are_told, server_start())
{
    enum { CLIENTS = 100, FIRST = 10 };
    static struct raw_client clients[CLIENTS];
    static const struct rlimit few = {.rlim_cur = 32, .rlim_max = 32};
    cr_assert_eq(prlimit(server.process->pid, RLIMIT_NOFILE, &few, NULL), 0);
    raw_connect_all(&server, clients, CLIENTS);
    cr_expect(server_logs(&server, "new connections have to wait: Too many open files"));
    for (size_t i = 0; i < FIRST; i++)
        cr_expect_eq(raw_exchange(&clients[i], GET("/ping")).status, 200);
    expect_told_to_come_back(raw_receive(&clients[CLIENTS - 1]));
    cr_expect(raw_ended(&clients[CLIENTS - 1]));
    cr_expect_eq(server_log_count(&server, "Too many open files"), 1, "it is said once");
    expect_calm(&server, clients, CLIENTS);
}

ServerTest(limits, so_few_descriptors_that_one_client_is_all, start_with_descriptors("16"))
{
    cr_expect(server_logs(&server, "no more than 1 connections are served"));
    cr_expect_eq(get(&server, "/ping")->status, 200);
}
