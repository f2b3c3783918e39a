/*
 * Restart without loss: on SIGUSR2 the new process inherits the sockets of the old one, or a
 * service manager such as systemd passes its sockets to both.
 */
#include <fcntl.h>

#include "hob/address.h"
#include "tests/support/activation.h"
#include "tests/support/folder.h"
#include "tests/support/integration.h"
#include "tests/support/kitchen.h"
#include "tests/support/load.h"
#include "tests/support/program_copy.h"

TestSuite(restart, .timeout = 60);

/* Seconds. Clients of a busy machine may not be scheduled for a while. */
#define IDLE_GRACE "10"

static const char *const workers[] = {"1", "2"};

ServerTest(restart, a_hundred_under_load_lose_nothing, server_start("--idle-grace", IDLE_GRACE))
{
    enum { RESTARTS = 100, CLIENTS = 16 };
    struct load *load = load_start(server_address(&server), CLIENTS);
    double begin = clock_seconds();
    for (size_t i = 0; i < RESTARTS; i++) {
        size_t served = load_served(load);
        server_restart(&server);
        cr_assert(eventually(load_served(load) > served + CLIENTS), "restart %zu", i);
    }
    struct load_result result = load_end_without_loss(load);
    printf(
        "%d restarts in %.1f s: %zu requests on %zu connections\n", RESTARTS,
        clock_seconds() - begin, result.served, result.connections);
}

ServerTest(
    restart, the_old_process_finishes_what_it_cooks,
    server_start("--time-scale", "0.2", "--log-level", "debug"))
{
    struct order **orders = cook_noodles(&server, 20);
    pid_t old = server.process->pid;
    server_restart(&server);
    cr_expect_neq(server.process->pid, old);
    wait_for_orders();
    cr_expect_eq(count_served(orders, 20, NOODLES_DONE), 20);
    cr_expect_eq(get(&server, "/ping")->status, 200);
}

/* Both processes have the socket: it must not wake the one that does not accept. */
ServerTest(restart, the_old_process_is_idle_while_it_waits, start_slow_kitchen("--grace", "3"))
{
    cook_noodles(&server, 1);
    cr_assert_eq(kill(server.process->pid, SIGUSR2), 0);
    cr_expect(server_logs(&server, "serves; this process drains"));
    double used = process_cpu_seconds(server.process);
    struct load *load = load_start(server_address(&server), 8);
    sleep(1);
    struct load_result result = load_end_without_loss(load);
    used = process_cpu_seconds(server.process) - used;
    printf("the old process worked for %.3f s while the new one served %zu\n", used, result.served);
    cr_expect_lt(used, 0.1);
    cr_expect_eq(process_result(server.process), 0);
}

ServerTest(
    restart, a_unix_socket_is_inherited_with_its_file,
    server_wait(program_start("--listen", folder_socket(), "--idle-grace", IDLE_GRACE)))
{
    cr_expect_str_eq(server.url, folder_socket());
    struct load *load = load_start(folder_socket(), 8);
    for (size_t i = 0; i < 10; i++)
        server_restart(&server);
    cr_expect_gt(load_end_without_loss(load).served, 0);
    cr_expect_eq(access(folder_path("sock"), F_OK), 0);
    cr_expect_eq(server_stop(&server), 0);
    cr_expect(folder_is_empty(), "the last one removes it");
}

ProcessTest(restart, a_failed_new_process_is_reported)
{
    static const struct {
        const char *script; /* replaces the program; NULL removes it */
        const char *report;
    } cases[] = {
        {NULL, "exited with status 127; this process continues"},
        {"exit 3", "exited with status 3; this process continues"},
        {"exit 0", "exited with status 0; this process continues"},
        {"kill -6 $$", "was ended by signal 6; this process continues"},
    };
    struct server server = program_copy_start();
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (cases[i].script)
            program_copy_replace(cases[i].script);
        else
            unlink(folder_path("hob"));
        cr_assert_eq(kill(server.process->pid, SIGUSR2), 0);
        cr_expect(server_logs(&server, cases[i].report), "%s", cases[i].report);
        cr_expect_eq(get(&server, "/ping")->status, 200);
    }
    cr_expect_eq(server_log_count(&server, "cannot start"), 1, "what was removed");
}

/* A restart can succeed after one that has failed. */
ServerTest(restart, a_replaced_program_is_started, program_copy_start())
{
    program_copy_replace("exit 1");
    cr_assert_eq(kill(server.process->pid, SIGUSR2), 0);
    cr_expect(server_logs(&server, "exited with status 1"));
    program_copy_replace("echo replaced >&2; exec '" HOB_BINARY "' \"$@\"");
    server_restart(&server);
    cr_expect(server_logs(&server, "replaced"));
    cr_expect_eq(get(&server, "/ping")->status, 200);
}

/* The old process does not wait for the time limit of the new one. */
ServerTest(restart, a_stop_does_not_wait_for_the_new_process, program_copy_start())
{
    program_copy_replace("echo here I am >&2; exec sleep 1000");
    cr_assert_eq(kill(server.process->pid, SIGUSR2), 0);
    cr_expect(server_logs(&server, "here I am"));
    cr_expect_eq(server_stop(&server), 0);
    cr_expect(server_logs(&server, "is stopped as well"));
}

/* Its sockets are closed. */
ProcessTest(restart, one_that_stops_starts_no_new_process)
{
    for (size_t i = 0; i < COUNT(workers); i++) {
        struct server server = start_slow_kitchen("--grace", "2", "--workers", workers[i]);
        cook_noodles(&server, 1);
        server_begin_stop(&server);
        cr_assert_eq(kill(server.process->pid, SIGUSR2), 0);
        cr_expect(server_logs(&server, "restart: refused: this process is stopping"));
        cr_expect_eq(process_result(server.process), 0, "%s workers", workers[i]);
    }
}

/* The old process has shut the sockets, so the new one cannot serve. */
ServerTest(
    restart, a_stop_ends_the_new_process_too,
    program_copy_start("--time-scale", "1000", "--log-level", "debug", "--grace", "2"))
{
    cook_noodles(&server, 1);
    program_copy_replace("echo late >&2; sleep 0.5; exec '" HOB_BINARY "' \"$@\"");
    cr_assert_eq(kill(server.process->pid, SIGUSR2), 0);
    cr_expect(server_logs(&server, "late"));
    cr_expect_eq(server_stop(&server), 0);
    cr_expect(server_logs(&server, "is stopped as well"));
    cr_expect_eq(server_log_count(&server, "serves; this process drains"), 0);
}

static int listen_somewhere(void)
{
    int listener = hob_listen("127.0.0.1:0");
    cr_assert_geq(listener, 0, "%s", strerror(-listener));
    return listener;
}

static void expect_ping(int listener)
{
    char url[HOB_URL_SIZE];
    cr_assert_eq(hob_socket_url(listener, url, sizeof(url)), 0);
    struct server server = server_at(url);
    cr_expect_eq(raw_ask(&server, GET("/ping")).status, 200);
}

ProcessTest(restart, inherited_sockets_are_served)
{
    static const char *const names[] = {NULL, "front:back", ":", "a:b"};
    int front = listen_somewhere();
    int back = listen_somewhere();
    for (size_t i = 0; i < COUNT(names); i++) {
        struct server server = server_wait(activate_with({front, back}, 2, .names = names[i]));
        expect_ping(front);
        expect_ping(back);
        cr_expect_eq(server_stop(&server), 0);
    }
}

/* The socket stays open: a client that connects in between waits for the next process. */
ProcessTest(restart, clients_wait_between_two_processes)
{
    int listener = listen_somewhere();
    struct server first = server_wait(activate_with({listener}, 1));
    kill(first.process->pid, SIGSTOP);
    struct raw_client client = raw_connect(&first); /* in the accept queue when the server stops */
    raw_send(&client, GET("/ping"));
    server_signal(&first, SIGTERM);
    kill(first.process->pid, SIGCONT);
    cr_expect_eq(process_result(first.process), 0);
    struct raw_client late = raw_connect(&first);
    raw_send(&late, GET("/ping"));
    server_wait(activate_with({listener}, 1));
    cr_expect_eq(raw_receive(&client).status, 200);
    cr_expect_eq(raw_receive(&late).status, 200);
}

ProcessTest(restart, inherited_sockets_are_inherited_at_a_restart_too)
{
    int listener = listen_somewhere();
    struct server server = server_wait(activate_with({listener}, 1, .names = "hob.socket"));
    for (size_t i = 0; i < 3; i++) {
        server_restart(&server);
        expect_ping(listener);
    }
    cr_expect_eq(server_stop(&server), 0);
    server_wait(activate_with({listener}, 1, .names = "hob.socket")); /* it is still open */
    expect_ping(listener);
}

/* LISTEN_PID is not this process: the variables were meant for a process that has started it. */
ProcessTest(restart, sockets_for_another_process_are_left_alone)
{
    struct server server = server_wait(
        activate_with(.listen_pid = "1", .listen_fds = "many", .arguments = {"--port", "0"}));
    cr_expect_eq(get(&server, "/ping")->status, 200);
}

static void expect_bad_activation(struct activation start, const char *message)
{
    struct process *hob = activate(start);
    cr_expect_eq(process_result(hob), 2, "%s", message);
    cr_expect(
        strstr(process_errors(hob), message), "'%s' is not in: %s", message, process_errors(hob));
}

ProcessTest(restart, what_is_wrong_with_the_sockets_is_named)
{
    static const struct {
        struct activation start;
        const char *message;
    } cases[] = {
        {{.listen_pid = "", .listen_fds = "1"}, "LISTEN_PID in the environment: ''"},
        {{.listen_pid = "0", .listen_fds = "1"}, "LISTEN_PID in the environment: '0'"},
        {{.listen_pid = "-1", .listen_fds = "1"}, "LISTEN_PID in the environment: '-1'"},
        {{.listen_pid = "1 ", .listen_fds = "1"}, "LISTEN_PID in the environment: '1 '"},
        {{.listen_pid = "99999999999", .listen_fds = "1"}, "LISTEN_PID in the environment: '9999"},
        {{.listen_fds = "0"}, "LISTEN_FDS in the environment: '0'"},
        {{.listen_fds = "-1"}, "LISTEN_FDS in the environment: '-1'"},
        {{.listen_fds = "17"}, "LISTEN_FDS in the environment: '17'"},
        {{.listen_fds = "1x"}, "LISTEN_FDS in the environment: '1x'"},
        {{.listen_fds = "16"}, "LISTEN_FDS in the environment: descriptor"},
        {{.listen_fds = "1", .names = "a:b"}, "LISTEN_FDNAMES in the environment: 'a:b'"},
        {{.listen_fds = "1", .ready = "x"}, "HOB_READY_FD in the environment: 'x'"},
        {{.listen_fds = "1", .ready = "3"}, "HOB_READY_FD in the environment: '3'"},
        {{.listen_fds = "1", .ready = ""}, "HOB_READY_FD in the environment: ''"},
        {{.listen_fds = "1", .arguments = {"--port", "0"}}, "--port and LISTEN_FDS"},
        {{.listen_fds = "1", .arguments = {"--listen", "127.0.0.1:0"}}, "--listen and LISTEN_FDS"},
    };
    int listener = listen_somewhere();
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct activation start = cases[i].start;
        start.fds[0] = listener;
        start.fd_count = 1;
        expect_bad_activation(start, cases[i].message);
    }
}

/* The old process of a restart also passes a pipe for the report. */
ProcessTest(restart, what_is_wrong_with_the_admin_socket_is_named)
{
    static const char *const cases[] = {"", "x", "-1", "4", "99", "99999999999"};
    int ends[2];
    int listener = listen_somewhere();
    cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
    for (size_t i = 0; i < COUNT(cases); i++)
        expect_bad_activation(
            (struct activation){
                {listener, ends[1]},
                2,
                .listen_fds = "1",
                .ready = "4",
                .admin = cases[i],
                .arguments = {"--admin", "127.0.0.1:0"}},
            formatted("HOB_ADMIN_FD in the environment: '%s'", cases[i]));
}

/* The new process may have other options. */
ProcessTest(restart, an_unwanted_admin_socket_is_closed)
{
    int ends[2];
    int listener = listen_somewhere();
    cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
    struct server server = server_wait(activate_with(
        {listener, ends[1], listen_somewhere()}, 3, .listen_fds = "1", .ready = "4", .admin = "5"));
    expect_ping(listener);
    cr_expect_null(strstr(process_output(server.process), "operators"));
}

ProcessTest(restart, a_descriptor_that_does_not_listen_is_named)
{
    int ends[2];
    cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
    const int cases[] = {
        ends[0], socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
        socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    int listener = listen_somewhere();
    for (size_t i = 0; i < COUNT(cases); i++)
        expect_bad_activation(
            (struct activation){{listener, cases[i]}, 2}, "descriptor 4 is not a stream socket");
}
