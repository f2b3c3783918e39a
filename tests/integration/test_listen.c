/*
 * Where it listens: addresses, several of them, and unix sockets.
 */
#include <sys/stat.h>

#include "hob/address.h"
#include "tests/support/integration.h"
#include "tests/support/workers.h"

TestSuite(listen, .timeout = 60);

/* A folder for a socket, and the socket's address. */
struct place {
    char folder[32];
    char address[64];
    const char *path;
};

static struct place *make_place(void)
{
    static struct place self;
    snprintf(self.folder, sizeof(self.folder), "/tmp/hob-listen-XXXXXX");
    cr_assert_not_null(mkdtemp(self.folder), "%m");
    snprintf(self.address, sizeof(self.address), "unix:%s/sock", self.folder);
    self.path = strchr(self.address, '/');
    return &self;
}

static void remove_place(const struct place *self)
{
    unlink(self->path);
    cr_expect_eq(rmdir(self->folder), 0, "%m");
}

/* A ProcessTest with a place, that the body uses as `place`. */
#define PlaceTest(name)                                                                            \
    static void name##_at(const struct place *place);                                              \
    ProcessTest(listen, name)                                                                      \
    {                                                                                              \
        struct place *place = make_place();                                                        \
        name##_at(place);                                                                          \
        remove_place(place);                                                                       \
    }                                                                                              \
    static void name##_at(const struct place *place)

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

PlaceTest(on_a_unix_socket)
{
    struct server server = start_listening("--listen", place->address);
    cr_expect_str_eq(server.url, place->address);
    expect_well(place->address);
    struct order *order = order_prepare(&(struct server){.url = "http://hob/"}, "/noodles?no");
    curl_easy_setopt(order->easy, CURLOPT_UNIX_SOCKET_PATH, place->path);
    curl_easy_setopt(order->easy, CURLOPT_URL, "http://hob/ping");
    order_complete(order);
    cr_expect_str_eq(order->body.bytes, "Hello, world!");
    cr_expect_eq(server_stop(&server), 0);
    cr_expect_eq(access(place->path, F_OK), -1, "its file is gone");
}

/* Each with a line of its own. */
PlaceTest(on_all_of_several)
{
    struct server server = start_listening(
        "--listen", "127.0.0.1:0", "--listen", place->address, "--listen", "127.0.0.2:0");
    cr_assert(eventually(strstr(process_output(server.process), "http://127.0.0.2:")));
    const char *url = strstr(process_output(server.process), "127.0.0.2:");
    const char *other = formatted("%.*s", (int)strcspn(url, "/"), url);
    cr_expect_eq(get(&server, "/ping")->status, 200);
    expect_well(place->address);
    expect_well(other);
    cr_expect_eq(server_stop(&server), 0);
}

PlaceTest(listen_replaces_the_port_of_the_environment)
{
    setenv("PORT", "not even a number", 1);
    struct server server = start_listening("--listen", place->address);
    cr_expect_str_eq(server.url, place->address);
    cr_expect_eq(server_stop(&server), 0);
}

/* Else the socket is standard input, and the log is written to the first client. */
PlaceTest(not_on_closed_standard_streams)
{
    struct process *hob = start_command(
        "/bin/sh", "-c", "exec \"$0\" --listen \"$1\" --idle-grace 0 <&- >&- 2>&-", HOB_BINARY,
        place->address);
    cr_assert(eventually(access(place->path, F_OK) == 0));
    expect_well(place->address);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        char link[64], target[64] = "";
        snprintf(link, sizeof(link), "/proc/%d/fd/%d", (int)hob->pid, fd);
        cr_expect_gt(readlink(link, target, sizeof(target) - 1), 0, "%d: %m", fd);
        cr_expect_str_eq(target, "/dev/null", "descriptor %d", fd);
    }
    process_tell(hob, SIGTERM);
    cr_expect_eq(process_result(hob), 0);
}

PlaceTest(the_file_of_a_dead_server_is_replaced)
{
    struct server dead = start_listening("--listen", place->address);
    server_signal(&dead, SIGKILL);
    cr_expect_eq(process_result(dead.process), -SIGKILL);
    cr_expect_eq(access(place->path, F_OK), 0);
    struct server server = start_listening("--listen", place->address);
    expect_well(place->address);
    cr_expect_eq(server_stop(&server), 0);
}

PlaceTest(the_socket_of_a_living_server_is_taken)
{
    struct server server = start_listening("--listen", place->address);
    expect_refused(place->address, "in use");
    expect_well(place->address);
    cr_expect_eq(server_stop(&server), 0);
}

PlaceTest(a_file_that_is_no_socket_is_left_alone)
{
    cr_assert_eq(mkdir(place->path, 0700), 0);
    expect_refused(place->address, "not a socket");
    cr_assert_eq(rmdir(place->path), 0, "%m");
}

/* Another server has the path: a process that stops removes only the file that it has made. */
ProcessTest(listen, the_file_of_another_server_is_left_alone)
{
    static const char *const workers[] = {"1", "2"};
    for (size_t i = 0; i < 2 * COUNT(workers); i++) {
        struct place *place = make_place();
        struct server first =
            start_listening("--listen", place->address, "--workers", workers[i % COUNT(workers)]);
        cr_assert_eq(unlink(place->path), 0);
        struct server second = start_listening("--listen", place->address);
        if (i >= COUNT(workers))
            server_restart(&first);
        cr_expect_eq(server_stop(&first), 0);
        expect_well(place->address);
        cr_expect_eq(server_stop(&second), 0);
        cr_expect_eq(access(place->path, F_OK), -1);
        remove_place(place);
    }
}

/* The same for operators, and for a worker that replaces one that has died. */
PlaceTest(later_processes_leave_the_file_of_another_server)
{
    struct server first =
        start_listening("--listen", "127.0.0.1:0", "--admin", place->address, "--workers", "2");
    cr_assert_eq(unlink(place->path), 0);
    struct server second = start_listening("--listen", place->address);
    kill(first_worker(&first), SIGKILL);
    expect_replaced(&first, 1, 2);
    server_restart(&first);
    cr_expect_eq(server_stop(&first), 0);
    expect_well(place->address);
    cr_expect_eq(server_stop(&second), 0);
}

PlaceTest(a_new_process_removes_the_file_of_the_old_one)
{
    struct server server = start_listening("--listen", place->address);
    server_restart(&server);
    expect_well(place->address);
    cr_expect_eq(server_stop(&server), 0);
    cr_expect_eq(access(place->path, F_OK), -1);
}

/* Whether it listens; one that finds the path taken says so and ends. */
static bool listens(struct process *hob)
{
    cr_assert(eventually(*process_output(hob) || *process_errors(hob)));
    return *process_output(hob) != '\0';
}

ProcessTest(listen, of_several_that_start_at_once_one_gets_the_path)
{
    enum { ROUNDS = 10, SERVERS = 4 };
    for (size_t i = 0; i < ROUNDS; i++) {
        struct place *place = make_place();
        struct process *processes[SERVERS];
        struct process *winner = NULL;
        for (size_t k = 0; k < SERVERS; k++)
            processes[k] = program_start("--listen", place->address);
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
        cr_expect_eq(access(place->path, F_OK), -1);
        remove_place(place);
    }
}

/* In either order. "[::]" alone would take IPv4 clients too. */
ProcessTest(listen, on_all_addresses_of_ipv4_and_ipv6_with_one_port)
{
    static const char *const orders[][2] = {{"0.0.0.0", "[::]"}, {"[::]", "0.0.0.0"}};
    if (!has_ipv6())
        cr_skip("this machine has no IPv6");
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
PlaceTest(one_that_stops_gives_its_path_away_at_once)
{
    struct server old = start_listening(
        "--listen", "127.0.0.1:0", "--listen", place->address, "--time-scale", "0.1");
    struct order *noodles = order(&old, "/noodles");
    get(&old, "/ping"); /* while this is waited for, the order is sent */
    server_signal(&old, SIGTERM);
    cr_expect(eventually(access(place->path, F_OK) < 0));
    struct server new = start_listening("--listen", place->address);
    wait_for(noodles);
    cr_expect_eq(noodles->status, 200);
    cr_expect_eq(process_result(old.process), 0);
    expect_well(place->address);
    cr_expect_eq(server_stop(&new), 0);
}

ProcessTest(listen, a_folder_that_is_missing_is_an_error)
{
    expect_refused("unix:/no/such/folder/sock", "No such file");
}

/* If one of several is taken, none is left behind. */
PlaceTest(one_that_cannot_be_opened_is_named)
{
    struct server server = server_start();
    const char *address = server_address(&server);
    struct process *hob = program_start("--listen", place->address, "--listen", address);
    cr_expect_eq(process_result(hob), 1);
    cr_expect(strstr(process_errors(hob), address), "%s", process_errors(hob));
    cr_expect_eq(access(place->path, F_OK), -1);
}
