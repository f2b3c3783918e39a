#include "bench/http/watching.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/http/connection.h"
#include "bench/http/in_turn.h"
#include "bench/measure.h"

#define NOODLES_TAKE 6.0 /* seconds */

#define RUSH                                                                                       \
    "POST /orders?dish=noodles&count=1000 HTTP/1.1\r\n"                                            \
    "Host: localhost\r\n"                                                                          \
    "Content-Length: 0\r\n\r\n"

/* Opens a connection. The response must begin with this text; the rest of it is not read yet. */
static int ask(uint16_t port, const char *request, const char *begin)
{
    char answer[32] = "";
    int fd = connect_to(port);
    send_all(fd, request, strlen(request));
    if (recv(fd, answer, strlen(begin), MSG_WAITALL) < 0 || strcmp(answer, begin) != 0)
        give_up("the kitchen does not do what it is asked for");
    return fd;
}

static _Noreturn void read_on(int fd, pid_t parent)
{
    static char events[65536];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (getppid() == parent && read(fd, events, sizeof(events)) > 0)
        continue;
    _exit(0);
}

/* A separate process, which reads the events and drops them. */
static pid_t start_watcher(uint16_t port)
{
    int fd = ask(port, GET("/kitchen/events", ""), "HTTP/1.1 200 ");
    pid_t parent = getpid();
    pid_t watcher = fork();
    if (watcher < 0)
        give_up("cannot fork");
    if (watcher == 0)
        read_on(fd, parent);
    close(fd);
    return watcher;
}

void watching_run(const char *name, uint16_t port, const char *pid, bool watched)
{
    const struct in_turn pings = {
        .name = name,
        .port = port,
        .pid = pid,
        .seconds = NOODLES_TAKE * 2 / 3, /* after a warm-up of half the time */
        .connections = 64,
        .request = PING,
        .request_size = sizeof(PING) - 1,
        .content = hello,
        .depth = 1,
    };
    pid_t watcher = watched ? start_watcher(port) : 0;
    close(ask(port, RUSH, "HTTP/1.1 202 "));
    in_turn_run(&pings);
    if (watcher > 0) {
        kill(watcher, SIGKILL);
        waitpid(watcher, NULL, 0);
    }
}
