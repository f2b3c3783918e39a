/*
 * Messages to a service manager, by the protocol of sd_notify(3), and the sockets that it passes.
 * The manager is a socket of the test; the kernel names the process that sent a message.
 */
#include <sys/time.h>
#include <sys/un.h>

#include "tests/support/folder.h"
#include "tests/support/integration.h"
#include "tests/support/refused.h"
#include "tests/support/workers.h"

TestSuite(service_manager, .timeout = 60);

static int bind_to(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
    const int on = 1;
    const struct timeval patience = {.tv_sec = 20};
    memcpy(address.sun_path, name, strlen(name));
    if (name[0] == '@')
        address.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(bind(fd, (struct sockaddr *)&address, length), 0, "%s: %m", name);
    cr_assert_eq(setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)), 0);
    cr_assert_eq(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
    setenv("NOTIFY_SOCKET", name, 1);
    return fd;
}

/* A ProcessTest with a manager, whose socket the body uses as `manager`. */
#define ManagerTest(name)                                                                          \
    static void name##_with(int manager);                                                          \
    ProcessTest(service_manager, name)                                                             \
    {                                                                                              \
        name##_with(bind_to(folder_path("notify")));                                               \
    }                                                                                              \
    static void name##_with(int manager)

struct message {
    char text[256];
    pid_t sender;
};

/* Waits for the next one. There is none if that takes too long. */
static struct message receive(int manager, int flags)
{
    struct message message = {0};
    struct iovec content = {message.text, sizeof(message.text) - 1};
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(struct ucred))];
    } control;
    struct msghdr envelope = {
        .msg_iov = &content,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = sizeof(control),
    };
    if (recvmsg(manager, &envelope, flags) < 0)
        return message;
    struct cmsghdr *header = CMSG_FIRSTHDR(&envelope);
    struct ucred sender;
    cr_assert_not_null(header);
    memcpy(&sender, CMSG_DATA(header), sizeof(sender));
    message.sender = sender.pid;
    return message;
}

/* The next one that is no sign of the watchdog. */
static struct message receive_news(int manager)
{
    struct message message;
    do
        message = receive(manager, 0);
    while (strcmp(message.text, "WATCHDOG=1") == 0);
    return message;
}

static void expect_message(int manager, const char *text, pid_t sender)
{
    struct message message = receive(manager, 0);
    cr_expect_str_eq(message.text, text);
    cr_expect_eq(message.sender, sender, "'%s' from %d", message.text, (int)message.sender);
}

static struct server expect_ready(int manager, struct server server)
{
    expect_message(manager, "READY=1", server.process->pid);
    return server;
}

static void expect_silence(int manager)
{
    struct message message = receive(manager, MSG_DONTWAIT);
    cr_expect_str_empty(message.text);
}

#define STOPPING "STOPPING=1\nEXTEND_TIMEOUT_USEC=35000000"

static void expect_beginning_and_end(int manager)
{
    struct server server = expect_ready(manager, server_start());
    cr_expect_eq(get(&server, "/ping")->status, 200);
    cr_expect_eq(server_stop(&server), 0);
    expect_message(manager, STOPPING, server.process->pid);
    expect_silence(manager);
}

/* With workers, all of it comes from the supervisor: the manager listens to the main process. */
ManagerTest(is_told_by_the_supervisor_of_workers)
{
    setenv("WATCHDOG_USEC", "200000", 1);
    struct server server = server_start("--workers", "2");
    pid_t first = server.process->pid;
    expect_message(manager, "READY=1", first);
    for (int i = 0; i < 3; i++)
        expect_message(manager, "WATCHDOG=1", first);
    server_restart(&server);
    struct message message = receive_news(manager);
    cr_assert(strncmp(message.text, "MAINPID=", 8) == 0, "%s", message.text);
    cr_expect_eq(strtol(message.text + 8, NULL, 10), server.process->pid);
    cr_expect_eq(message.sender, first);
    expect_message(manager, "WATCHDOG=1", server.process->pid);
    cr_expect_eq(server_stop(&server), 0);
    message = receive_news(manager);
    cr_expect_str_eq(message.text, STOPPING);
    cr_expect_eq(message.sender, server.process->pid);
}

ManagerTest(is_told_when_it_serves_and_when_it_stops)
{
    expect_beginning_and_end(manager);
}

ProcessTest(service_manager, may_have_an_abstract_socket)
{
    expect_beginning_and_end(bind_to(formatted("@hob-manager-%d", (int)getpid())));
}

/* While orders are still cooking, and with the time that they may take. */
ManagerTest(is_told_at_once_that_it_stops)
{
    struct server server =
        expect_ready(manager, server_start("--grace", "2", "--time-scale", "1000"));
    struct order *noodles = order(&server, "/noodles");
    get(&server, "/ping"); /* while this is waited for, the order is sent */
    server_signal(&server, SIGTERM);
    expect_message(manager, "STOPPING=1\nEXTEND_TIMEOUT_USEC=7000000", server.process->pid);
    cr_expect(!process_has_ended(server.process));
    cr_expect_eq(process_result(server.process), 0);
    wait_for(noodles);
}

/* Of a server that cannot listen nothing is heard, nor of a client. */
ManagerTest(is_told_nothing_else)
{
    struct server server = expect_ready(manager, server_start());
    const char *port = server_port(&server);
    cr_expect_eq(process_result(program_start("--port", port)), 1);
    cr_expect_eq(process_result(program_start("healthcheck", "--port", port)), 0);
    expect_silence(manager);
}

/* Its queue is bounded, and full when everything starts at once. */
ManagerTest(is_waited_for_if_it_is_busy)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t count = 0;
    int other = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", folder_path("notify"));
    cr_assert_eq(connect(other, (struct sockaddr *)&address, sizeof(address)), 0);
    while (send(other, "STATUS=busy", 11, 0) > 0)
        count++;
    cr_assert_eq(errno, EAGAIN);
    struct server server = server_start();
    cr_expect_eq(get(&server, "/ping")->status, 200, "others are served meanwhile");
    for (size_t i = 0; i < count; i++)
        cr_expect_str_eq(receive(manager, 0).text, "STATUS=busy");
    expect_message(manager, "READY=1", server.process->pid);
    cr_expect_eq(server_stop(&server), 0);
    close(other);
}

ProcessTest(service_manager, that_is_gone_is_no_reason_to_stop)
{
    setenv("NOTIFY_SOCKET", "/no/such/socket", 1);
    struct server server = server_start();
    cr_expect(server_logs(&server, "cannot send 'READY=1' to the service manager: No such file"));
    cr_expect_eq(get(&server, "/ping")->status, 200);
}

ManagerTest(hears_twice_in_the_time_of_its_watchdog)
{
    enum { SIGNS = 5 };
    setenv("WATCHDOG_USEC", "200000", 1);
    struct server server = expect_ready(manager, server_start());
    double begin = clock_seconds();
    for (size_t i = 0; i < SIGNS; i++)
        expect_message(manager, "WATCHDOG=1", server.process->pid);
    cr_expect_geq(clock_seconds() - begin, (SIGNS - 2) * 0.1);
}

ManagerTest(may_watch_another_process)
{
    setenv("WATCHDOG_USEC", "1000", 1);
    setenv("WATCHDOG_PID", "1", 1);
    struct server server = expect_ready(manager, server_start());
    get(&server, "/noodles?deadline=0.1");
    cr_expect_eq(server_stop(&server), 0);
    expect_message(manager, STOPPING, server.process->pid);
}

ManagerTest(is_told_which_process_has_taken_over)
{
    struct server server = expect_ready(manager, server_start());
    for (size_t i = 0; i < 3; i++) {
        pid_t old = server.process->pid;
        server_restart(&server);
        expect_message(manager, formatted("MAINPID=%d", (int)server.process->pid), old);
    }
    cr_expect_eq(server_stop(&server), 0);
    expect_message(manager, STOPPING, server.process->pid);
    expect_silence(manager);
}

/* WATCHDOG_PID was about the old process. */
ManagerTest(hears_of_the_new_process_that_it_is_alive)
{
    setenv("WATCHDOG_USEC", "200000", 1);
    struct server server = expect_ready(manager, server_start());
    server_restart(&server);
    struct message message;
    do
        message = receive(manager, 0);
    while (message.text[0] && message.sender != server.process->pid);
    cr_expect_str_eq(message.text, "WATCHDOG=1");
}

/* A reload, as of Type=notify-reload. */

static long long monotonic_usec(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

/* Sends SIGHUP, and receives the message that must follow it. */
static void start_reload(int manager, const struct server *server)
{
    static const char begin[] = "RELOADING=1\nMONOTONIC_USEC=";
    size_t length = strlen(begin);
    char *end;
    long long before = monotonic_usec();
    cr_assert_eq(kill(server->process->pid, SIGHUP), 0);
    struct message message = receive(manager, 0);
    cr_assert_eq(strncmp(message.text, begin, length), 0, "%s", message.text);
    long long sent = strtoll(message.text + length, &end, 10);
    cr_expect(before <= sent && sent <= monotonic_usec(), "%s", message.text);
    cr_expect_str_empty(end);
    cr_expect_eq(message.sender, server->process->pid);
}

/* Without a file to read again, too, since the manager waits for the messages. */
ManagerTest(gets_two_messages_about_a_reload)
{
    struct server server = expect_ready(manager, server_start());
    for (size_t i = 0; i < 2; i++) {
        start_reload(manager, &server);
        expect_message(manager, "READY=1", server.process->pid);
    }
    pid_t old = server.process->pid;
    server_restart(&server);
    cr_expect_eq(receive(manager, 0).sender, old);
    start_reload(manager, &server);
    expect_message(manager, "READY=1", server.process->pid);
    cr_expect_eq(server_stop(&server), 0);
}

ManagerTest(waits_for_the_reload_of_each_worker)
{
    struct server server = expect_ready(
        manager,
        server_start(
            "--workers", "2", "--access-log", "json", "--access-log-file", folder_path("log")));
    pid_t slow = first_worker(&server);
    cr_assert_eq(kill(slow, SIGSTOP), 0);
    start_reload(manager, &server);
    cr_expect(server_logs(&server, "access log: reopened"), "the other worker has reloaded");
    expect_silence(manager);
    cr_assert_eq(kill(slow, SIGCONT), 0);
    expect_message(manager, "READY=1", server.process->pid);
    cr_assert_eq(kill(slow, SIGSTOP), 0);
    start_reload(manager, &server);
    cr_assert_eq(kill(slow, SIGKILL), 0);
    expect_message(manager, "READY=1", server.process->pid);
    expect_replaced(&server, 1, 2);
    cr_expect_eq(server_stop(&server), 0);
}

ProcessTest(service_manager, whose_variables_are_wrong_is_told_so)
{
    static const char *const cases[][2] = {
        {"NOTIFY_SOCKET", "/"},         {"NOTIFY_SOCKET", "run/notify"}, {"NOTIFY_SOCKET", "@"},
        {"NOTIFY_SOCKET", "vsock:2:1"}, {"WATCHDOG_USEC", "0"},          {"WATCHDOG_USEC", "-1"},
        {"WATCHDOG_USEC", "1s"},        {"WATCHDOG_PID", "me"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        setenv("WATCHDOG_USEC", "1000000", 1);
        setenv(cases[i][0], cases[i][1], 1);
        const char *source = formatted("%s in the environment: ", cases[i][0]);
        const char *value = formatted("'%s'", cases[i][1]);
        expect_refused(program_start("--port", "0"), source, value);
        unsetenv(cases[i][0]);
    }
}

/* As variables of a compose file or of a unit are that pass on what is not set. */
ProcessTest(service_manager, that_is_named_by_an_empty_variable_is_none)
{
    static const char *const names[] = {
        "NOTIFY_SOCKET", "WATCHDOG_USEC",  "WATCHDOG_PID", "LISTEN_FDS",
        "LISTEN_PID",    "LISTEN_FDNAMES", "HOB_READY_FD", "HOB_ADMIN_FD",
    };
    for (size_t i = 0; i < COUNT(names); i++)
        setenv(names[i], "", 1);
    struct server server = server_start();
    cr_expect_eq(server_stop(&server), 0);
    cr_expect_eq(server_log_count(&server, "service manager"), 0);
}

ProcessTest(service_manager, whose_path_is_too_long_is_told_so)
{
    char path[109] = "/";
    memset(path + 1, 'x', 107);
    setenv("NOTIFY_SOCKET", path, 1);
    expect_refused(program_start("--port", "0"), path, "107 bytes");
}

/*
 * Its sockets. test_restart.c has the details; here systemd's own tool hands one over.
 */

#define ACTIVATE "/usr/bin/systemd-socket-activate"

/* Variables that say where to listen are those of a unit that may be started without a socket too.
 */
ProcessTest(service_manager, hands_its_socket_over)
{
    const char *path = folder_path("sock");
    if (access(ACTIVATE, X_OK) < 0)
        cr_skip("there is no " ACTIVATE);
    struct process *hob = start_command(
        ACTIVATE, "--listen", path, "--fdname", "front", "--setenv", "HOB_LISTEN=127.0.0.1:1",
        "--setenv", "PORT=1", HOB_BINARY, "--idle-grace", "0");
    cr_assert(eventually(access(path, F_OK) == 0), "%s", process_errors(hob));
    struct process *check = program_start("healthcheck", "--listen", folder_socket());
    cr_expect_eq(process_result(check), 0, "%s", process_errors(check));
    struct server server = server_wait(hob);
    cr_expect_str_eq(server.url, folder_socket());
}
