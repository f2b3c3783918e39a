/*
 * Messages to a service manager, by the protocol of sd_notify(3), and the sockets that it passes.
 * The manager is a socket of the test; the kernel names the process that sent a message.
 */
#include <sys/time.h>
#include <sys/un.h>

#include "tests/support/integration.h"
#include "tests/support/refused.h"
#include "tests/support/workers.h"

TestSuite(service_manager, .timeout = 60);

struct manager {
    char folder[32];
    char path[64]; /* in the folder; empty if the socket is abstract */
    int socket;
};

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

static struct manager manager_open(void)
{
    struct manager self = {.folder = "/tmp/hob-manager-XXXXXX"};
    cr_assert_not_null(mkdtemp(self.folder), "%m");
    snprintf(self.path, sizeof(self.path), "%s/notify", self.folder);
    self.socket = bind_to(self.path);
    return self;
}

static struct manager manager_open_abstract(void)
{
    const char *name = formatted("@hob-manager-%d", (int)getpid());
    return (struct manager){.socket = bind_to(name)};
}

static void manager_close(const struct manager *self)
{
    close(self->socket);
    if (self->path[0] == '\0')
        return;
    unlink(self->path);
    rmdir(self->folder);
}

/* A ProcessTest with a manager, that the body uses as `manager`, a pointer. */
#define ManagerTest(name, open)                                                                    \
    static void name##_with(const struct manager *manager);                                        \
    ProcessTest(service_manager, name)                                                             \
    {                                                                                              \
        struct manager manager = open;                                                             \
        name##_with(&manager);                                                                     \
        manager_close(&manager);                                                                   \
    }                                                                                              \
    static void name##_with(const struct manager *manager)

struct message {
    char text[256];
    pid_t sender;
};

/* Waits for the next one. There is none if that takes too long. */
static struct message receive(const struct manager *self, int flags)
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
    if (recvmsg(self->socket, &envelope, flags) < 0)
        return message;
    struct cmsghdr *header = CMSG_FIRSTHDR(&envelope);
    struct ucred sender;
    cr_assert_not_null(header);
    memcpy(&sender, CMSG_DATA(header), sizeof(sender));
    message.sender = sender.pid;
    return message;
}

static void expect_message(const struct manager *self, const char *text, pid_t sender)
{
    struct message message = receive(self, 0);
    cr_expect_str_eq(message.text, text);
    cr_expect_eq(message.sender, sender, "'%s' from %d", message.text, (int)message.sender);
}

static void expect_silence(const struct manager *self)
{
    struct message message = receive(self, MSG_DONTWAIT);
    cr_expect_str_empty(message.text);
}

#define STOPPING "STOPPING=1\nEXTEND_TIMEOUT_USEC=35000000"

static void expect_beginning_and_end(const struct manager *manager)
{
    struct server server = server_start();
    expect_message(manager, "READY=1", server.process->pid);
    cr_expect_eq(get(&server, "/ping")->status, 200);
    cr_expect_eq(server_stop(&server), 0);
    expect_message(manager, STOPPING, server.process->pid);
    expect_silence(manager);
}

/* With workers, all of it comes from the supervisor: the manager listens to the main process. */
ManagerTest(is_told_by_the_supervisor_of_workers, manager_open())
{
    setenv("WATCHDOG_USEC", "200000", 1);
    struct server server = server_start("--workers", "2");
    pid_t first = server.process->pid;
    expect_message(manager, "READY=1", first);
    for (int i = 0; i < 3; i++)
        expect_message(manager, "WATCHDOG=1", first);
    server_restart(&server);
    struct message message;
    do
        message = receive(manager, 0);
    while (strcmp(message.text, "WATCHDOG=1") == 0); /* of the new one as well */
    cr_assert(strncmp(message.text, "MAINPID=", 8) == 0, "%s", message.text);
    cr_expect_eq(strtol(message.text + 8, NULL, 10), server.process->pid);
    cr_expect_eq(message.sender, first);
    expect_message(manager, "WATCHDOG=1", server.process->pid);
    cr_expect_eq(server_stop(&server), 0);
    do
        message = receive(manager, 0);
    while (strcmp(message.text, "WATCHDOG=1") == 0);
    cr_expect_str_eq(message.text, STOPPING);
    cr_expect_eq(message.sender, server.process->pid);
}

ManagerTest(is_told_when_it_serves_and_when_it_stops, manager_open())
{
    expect_beginning_and_end(manager);
}

ManagerTest(may_have_an_abstract_socket, manager_open_abstract())
{
    expect_beginning_and_end(manager);
}

/* While orders are still cooking, and with the time that they may take. */
ManagerTest(is_told_at_once_that_it_stops, manager_open())
{
    struct server server = server_start("--grace", "2", "--time-scale", "1000");
    expect_message(manager, "READY=1", server.process->pid);
    struct order *noodles = order(&server, "/noodles");
    get(&server, "/ping"); /* while this is waited for, the order is sent */
    server_signal(&server, SIGTERM);
    expect_message(manager, "STOPPING=1\nEXTEND_TIMEOUT_USEC=7000000", server.process->pid);
    cr_expect(!process_has_ended(server.process));
    cr_expect_eq(process_result(server.process), 0);
    wait_for(noodles);
}

/* Of a server that cannot listen nothing is heard, nor of a client. */
ManagerTest(is_told_nothing_else, manager_open())
{
    struct server server = server_start();
    expect_message(manager, "READY=1", server.process->pid);
    const char *port = server_port(&server);
    struct process *other = program_start("--port", port);
    cr_expect_eq(process_result(other), 1);
    struct process *check = program_start("healthcheck", "--port", port);
    cr_expect_eq(process_result(check), 0);
    expect_silence(manager);
}

/* Its queue is bounded, and full when everything starts at once. */
ManagerTest(is_waited_for_if_it_is_busy, manager_open())
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t count = 0;
    int other = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    memcpy(address.sun_path, manager->path, strlen(manager->path) + 1);
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

ManagerTest(hears_twice_in_the_time_of_its_watchdog, manager_open())
{
    enum { SIGNS = 5 };
    setenv("WATCHDOG_USEC", "200000", 1);
    struct server server = server_start();
    expect_message(manager, "READY=1", server.process->pid);
    double begin = clock_seconds();
    for (size_t i = 0; i < SIGNS; i++)
        expect_message(manager, "WATCHDOG=1", server.process->pid);
    cr_expect_geq(clock_seconds() - begin, (SIGNS - 2) * 0.1);
}

ManagerTest(may_watch_another_process, manager_open())
{
    setenv("WATCHDOG_USEC", "1000", 1);
    setenv("WATCHDOG_PID", "1", 1);
    struct server server = server_start();
    expect_message(manager, "READY=1", server.process->pid);
    get(&server, "/noodles?deadline=0.1");
    cr_expect_eq(server_stop(&server), 0);
    expect_message(manager, STOPPING, server.process->pid);
}

ManagerTest(is_told_which_process_has_taken_over, manager_open())
{
    struct server server = server_start();
    expect_message(manager, "READY=1", server.process->pid);
    for (size_t i = 0; i < 3; i++) {
        pid_t old = server.process->pid;
        server_restart(&server);
        const char *news = formatted("MAINPID=%d", (int)server.process->pid);
        expect_message(manager, news, old);
    }
    cr_expect_eq(server_stop(&server), 0);
    expect_message(manager, STOPPING, server.process->pid);
    expect_silence(manager);
}

/* WATCHDOG_PID was about the old process. */
ManagerTest(hears_of_the_new_process_that_it_is_alive, manager_open())
{
    setenv("WATCHDOG_USEC", "200000", 1);
    struct server server = server_start();
    expect_message(manager, "READY=1", server.process->pid);
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
static void start_reload(const struct manager *manager, const struct server *server)
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
ManagerTest(gets_two_messages_about_a_reload, manager_open())
{
    struct server server = server_start();
    expect_message(manager, "READY=1", server.process->pid);
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

ManagerTest(waits_for_the_reload_of_each_worker, manager_open())
{
    char path[80];
    snprintf(path, sizeof(path), "%s/log", manager->folder);
    struct server server =
        server_start("--workers", "2", "--access-log", "json", "--access-log-file", path);
    expect_message(manager, "READY=1", server.process->pid);
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
    unlink(path);
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
    char folder[] = "/tmp/hob-manager-XXXXXX";
    if (access(ACTIVATE, X_OK) < 0)
        cr_skip("there is no " ACTIVATE);
    cr_assert_not_null(mkdtemp(folder), "%m");
    const char *path = formatted("%s/sock", folder);
    const char *address = formatted("unix:%s", path);
    struct process *hob = start_command(
        ACTIVATE, "--listen", path, "--fdname", "front", "--setenv", "HOB_LISTEN=127.0.0.1:1",
        "--setenv", "PORT=1", HOB_BINARY, "--idle-grace", "0");
    cr_assert(eventually(access(path, F_OK) == 0), "%s", process_errors(hob));
    struct process *check = program_start("healthcheck", "--listen", address);
    cr_expect_eq(process_result(check), 0, "%s", process_errors(check));
    struct server server = server_wait(hob);
    cr_expect_str_eq(server.url, address);
    cr_expect_eq(server_stop(&server), 0);
    unlink(path);
    rmdir(folder);
}
