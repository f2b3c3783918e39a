/*
 * Where it listens: addresses, several of them, and unix sockets.
 */
#include <sys/stat.h>

#include "hob/address.h"
#include "tests/support/folder.h"
#include "tests/support/integration.h"
#include "tests/support/workers.h"

TestSuite(listen, .timeout = 60);

/* A ProcessTest whose body uses `address`, that of a unix socket, and leaves no other file. */
#define SocketTest(name)                                                                           \
    static void name##_at(const char *address);                                                    \
    ProcessTest(listen, name)                                                                      \
    {                                                                                              \
        name##_at(folder_socket());                                                                \
        unlink(folder_path("sock"));                                                               \
        cr_expect(folder_is_empty());                                                              \
    }                                                                                              \
    static void name##_at(const char *address)

#define start_listening(...) server_wait(program_start("--idle-grace", "0", ##__VA_ARGS__))

static void expect_well(const char *address)
{
    struct process *check = program_start("healthcheck", "--listen", address);
    cr_expect_eq(process_result(check), 0, "%s: %s", address, process_errors(check));
}

static void expect_refused(const char *address, const char *reason)
{
    struct process *hob = program_start("--listen", address);
    cr_expect_eq(process_result(hob), 1, "%d", hob->result);
    cr_expect(strstr(process_errors(hob), address), "%s", process_errors(hob));
    cr_expect(strstr(process_errors(hob), reason), "%s", process_errors(hob));
    cr_expect_str_empty(process_output(hob));
}

ServerTest(listen, on_an_address_with_its_port, start_listening("--listen", "127.0.0.2:0"))
{
    cr_expect(strncmp(server.url, "http://127.0.0.2:", 17) == 0, "%s", server.url);
    cr_expect_eq(get(&server, "/ping")->status, 200);
}

SocketTest(on_a_unix_socket)
{
    struct server server = start_listening("--listen", address);
    cr_expect_str_eq(server.url, address);
    expect_well(address);
    cr_expect_str_eq(get(&server, "/ping")->body.bytes, "Hello, world!");
    cr_expect_eq(server_stop(&server), 0);
    cr_expect_eq(access(folder_path("sock"), F_OK), -1, "its file is gone");
}

/* Each with a line of its own. */
SocketTest(on_all_of_several)
{
    struct server server =
        start_listening("--listen", "127.0.0.1:0", "--listen", address, "--listen", "127.0.0.2:0");
    cr_assert(eventually(strstr(process_output(server.process), "http://127.0.0.2:")));
    const char *url = strstr(process_output(server.process), "127.0.0.2:");
    const char *other = formatted("%.*s", (int)strcspn(url, "/"), url);
    cr_expect_eq(get(&server, "/ping")->status, 200);
    expect_well(address);
    expect_well(other);
    cr_expect_eq(server_stop(&server), 0);
}

SocketTest(listen_replaces_the_port_of_the_environment)
{
    setenv("PORT", "not even a number", 1);
    struct server server = start_listening("--listen", address);
    cr_expect_str_eq(server.url, address);
    cr_expect_eq(server_stop(&server), 0);
}

/* Else the socket is standard input, and the log is written to the first client. */
SocketTest(not_on_closed_standard_streams)
{
    struct process *hob = start_command(
        "/bin/sh", "-c", "exec \"$0\" --listen \"$1\" --idle-grace 0 <&- >&- 2>&-", HOB_BINARY,
        address);
    cr_expect(eventually(process_result(program_start("healthcheck", "--listen", address)) == 0));
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        char target[64] = "";
        const char *link = formatted("/proc/%d/fd/%d", (int)hob->pid, fd);
        cr_expect_gt(readlink(link, target, sizeof(target) - 1), 0, "%d: %m", fd);
        cr_expect_str_eq(target, "/dev/null", "descriptor %d", fd);
    }
    process_tell(hob, SIGTERM);
    cr_expect_eq(process_result(hob), 0);
}

SocketTest(the_file_of_a_dead_server_is_replaced)
{
    struct server dead = start_listening("--listen", address);
    server_signal(&dead, SIGKILL);
    cr_expect_eq(process_result(dead.process), -SIGKILL);
    cr_expect_eq(access(folder_path("sock"), F_OK), 0);
    struct server server = start_listening("--listen", address);
    expect_well(address);
    cr_expect_eq(server_stop(&server), 0);
}

SocketTest(the_socket_of_a_living_server_is_taken)
{
    struct server server = start_listening("--listen", address);
    expect_refused(address, "in use");
    expect_well(address);
    cr_expect_eq(server_stop(&server), 0);
}

SocketTest(a_file_that_is_no_socket_is_left_alone)
{
    cr_assert_eq(mkdir(folder_path("sock"), 0700), 0);
    expect_refused(address, "not a socket");
    cr_assert_eq(rmdir(folder_path("sock")), 0, "%m");
}

/* Another server has the path: a process that stops removes only the file that it has made. */
SocketTest(the_file_of_another_server_is_left_alone)
{
    static const char *const workers[] = {"1", "2"};
    for (size_t i = 0; i < 2 * COUNT(workers); i++) {
        struct server first =
            start_listening("--listen", address, "--workers", workers[i % COUNT(workers)]);
        cr_assert_eq(unlink(folder_path("sock")), 0);
        struct server second = start_listening("--listen", address);
        if (i >= COUNT(workers))
            server_restart(&first);
        cr_expect_eq(server_stop(&first), 0);
        expect_well(address);
        cr_expect_eq(server_stop(&second), 0);
        cr_expect_eq(access(folder_path("sock"), F_OK), -1);
    }
}

/* The same for operators, and for a worker that replaces one that has died. */
SocketTest(later_processes_leave_the_file_of_another_server)
{
    struct server first =
        start_listening("--listen", "127.0.0.1:0", "--admin", address, "--workers", "2");
    cr_assert_eq(unlink(folder_path("sock")), 0);
    struct server second = start_listening("--listen", address);
    kill(first_worker(&first), SIGKILL);
    expect_replaced(&first, 1, 2);
    server_restart(&first);
    cr_expect_eq(server_stop(&first), 0);
    expect_well(address);
    cr_expect_eq(server_stop(&second), 0);
}

SocketTest(a_new_process_removes_the_file_of_the_old_one)
{
    struct server server = start_listening("--listen", address);
    server_restart(&server);
    expect_well(address);
    cr_expect_eq(server_stop(&server), 0);
    cr_expect_eq(access(folder_path("sock"), F_OK), -1);
}

/* Whether it listens; one that finds the path taken says so and ends. */
static bool listens(struct process *hob)
{
    cr_assert(eventually(*process_output(hob) || *process_errors(hob)));
    return *process_output(hob) != '\0';
}

SocketTest(of_several_that_start_at_once_one_gets_the_path)
{
    enum { ROUNDS = 10, SERVERS = 4 };
    for (size_t i = 0; i < ROUNDS; i++) {
        struct process *processes[SERVERS];
        struct process *winner = NULL;
        for (size_t k = 0; k < SERVERS; k++)
            processes[k] = program_start("--listen", address);
        for (size_t k = 0; k < SERVERS; k++) {
            if (listens(processes[k])) {
                cr_assert_null(winner, "two in round %zu", i);
                winner = processes[k];
            } else {
                cr_expect_eq(process_result(processes[k]), 1);
            }
        }
        cr_assert_not_null(winner);
        process_tell(winner, SIGTERM);
        cr_expect_eq(process_result(winner), 0);
        cr_expect_eq(access(folder_path("sock"), F_OK), -1);
    }
}

/* In either order. "[::]" alone would take IPv4 clients too. */
ProcessTest(listen, on_all_addresses_of_ipv4_and_ipv6_with_one_port)
{
    static const char *const orders[][2] = {{"0.0.0.0", "[::]"}, {"[::]", "0.0.0.0"}};
    skip_without_ipv6();
    for (size_t i = 0; i < COUNT(orders); i++) {
        struct server other = server_start(); /* its port is free when it has stopped */
        cr_expect_eq(server_stop(&other), 0);
        const char *first = formatted("%s:%u", orders[i][0], other.port);
        const char *second = formatted("%s:%u", orders[i][1], other.port);
        const char *ipv4 = server_address(&other);
        const char *ipv6 = formatted("[::1]:%u", other.port);
        struct server server = start_listening("--listen", first, "--listen", second);
        expect_well(ipv4);
        expect_well(ipv6);
        cr_expect_eq(server_stop(&server), 0);
    }
}

/* A server that comes before the old one has ended is not to lose its file to that. */
SocketTest(one_that_stops_gives_its_path_away_at_once)
{
    struct server old =
        start_listening("--listen", "127.0.0.1:0", "--listen", address, "--time-scale", "0.1");
    struct order *noodles = order(&old, "/noodles");
    get(&old, "/ping"); /* while this is waited for, the order is sent */
    server_signal(&old, SIGTERM);
    cr_expect(eventually(access(folder_path("sock"), F_OK) < 0));
    struct server new = start_listening("--listen", address);
    wait_for(noodles);
    cr_expect_eq(noodles->status, 200);
    cr_expect_eq(process_result(old.process), 0);
    expect_well(address);
    cr_expect_eq(server_stop(&new), 0);
}

ProcessTest(listen, a_folder_that_is_missing_is_an_error)
{
    expect_refused("unix:/no/such/folder/sock", "No such file");
}

/* If one of several is taken, none is left behind. */
SocketTest(one_that_cannot_be_opened_is_named)
{
    struct server server = server_start();
    const char *taken = server_address(&server);
    struct process *hob = program_start("--listen", address, "--listen", taken);
    cr_expect_eq(process_result(hob), 1);
    cr_expect(strstr(process_errors(hob), taken), "%s", process_errors(hob));
    cr_expect_eq(access(folder_path("sock"), F_OK), -1);
}
