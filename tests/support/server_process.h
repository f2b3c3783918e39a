/*
 * A server in a process of its own, where to reach it, and what it says.
 */
#ifndef HOB_TESTS_SUPPORT_SERVER_PROCESS_H
#define HOB_TESTS_SUPPORT_SERVER_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/support/process.h"

struct server {
    struct process *process;
    char url[128]; /* the first one that it names: "http://127.0.0.1:40123/", "unix:/tmp/x/hob" */
    uint16_t port; /* 0 for a unix socket */
};

/*
 * Starts hob on a free port with these arguments, and waits until it listens:
 *
 *     struct server server = server_start("--time-scale", "0.1");
 *
 * It does not wait for idle connections when it stops, by default: libcurl keeps some.
 */
#define server_start(...)                                                                          \
    server_wait(program_start("--port", "0", "--idle-grace", "0", ##__VA_ARGS__))

/* Starts hob with these arguments and no others. */
#define program_start(...) start_command(HOB_BINARY, ##__VA_ARGS__)

/* A server that was started in another way: waits until it prints its address. */
struct server server_wait(struct process *process);

/* A server without a process, for tests that start one themselves. A URL ends with its line. */
struct server server_at(const char *url);

/*
 * A ProcessTest with a server: START is a call that starts one, and the body uses it as `server`:
 *
 *     ServerTest(connections, are_kept, server_start("--workers", "2"))
 *     {
 *         cr_expect_eq(get(&server, "/ping")->status, 200);
 *     }
 */
#define ServerTest(suite, name, ...)                                                               \
    static void suite##_##name##_with(struct server server);                                       \
    ProcessTest(suite, name)                                                                       \
    {                                                                                              \
        suite##_##name##_with(__VA_ARGS__);                                                        \
    }                                                                                              \
    static void suite##_##name##_with(struct server server)

/* Where it is, such as "127.0.0.1:40123"; not for a unix socket. Valid until the test ends. */
const char *server_address(const struct server *self);
const char *server_port(const struct server *self);

/* Whether this machine has the address ::1; in a container it may be missing. */
bool has_ipv6(void);

/* Skips the test if it has not. */
#define skip_without_ipv6()                                                                        \
    do {                                                                                           \
        if (!has_ipv6())                                                                           \
            cr_skip("this machine has no IPv6");                                                   \
    } while (0)

void server_signal(const struct server *self, int signal);

/*
 * Restarts it with SIGUSR2. Waits until the new process serves and the old one has exited; from
 * then on *self is the new one.
 */
void server_restart(const struct server *self);

/* The log behind the last place of a text; "" if the text is not there. */
const char *server_log_after(const struct server *self, const char *text);

/* The process that has taken over at the last restart, by the log. */
pid_t server_new_process(const struct server *self);

/* Stops it and returns its result; see process_result(). */
int server_stop(const struct server *self);

/* The same, for one whose result has to be 0. Returns how many seconds that took. */
double server_seconds_to_stop(const struct server *self);

/* Sends SIGTERM, and waits until the log says that it is stopping. */
void server_begin_stop(const struct server *self);

/* How often a text is in its log by now. */
size_t server_log_count(const struct server *self, const char *text);

/* Waits until it is there; false if that never happens. */
bool server_logs(const struct server *self, const char *text);

#endif
