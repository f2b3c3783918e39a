/*
 * The client of "script/bench http": sends requests to a running server, and prints its results,
 * one "name value unit" a line. bench/http/http.rows explains the names.
 *
 *     client WORK PORT PID SECONDS        the workloads are in the table below
 *     client start PORT COMMAND...        the time to a server's first response
 *     client requests COUNT PORT          COUNT pings, 16 at once, after a first one
 *     client browser COUNT PORT           the same with the request of a browser
 *     client free-port                    prints a free port
 *     client wait PORT                    returns when the server there answers /ping
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/http/connection.h"
#include "bench/http/in_turn.h"
#include "bench/http/start.h"
#include "bench/http/waiting.h"
#include "bench/http/watching.h"
#include "bench/measure.h"

#define PIPELINED ((size_t)16)

struct target {
    uint16_t port;
    const char *pid;
    double seconds;
};

static const char closing_request[] = GET("/ping", "Connection: close\r\n");
static const char download_request[] = GET("/download", "");
static const char upload_head[] = "POST /upload HTTP/1.1\r\nHost: localhost\r\n"
                                  "Content-Length: 1048576\r\n\r\n";

/* The function of most workloads. */
static struct in_turn pings(const char *name, const struct target *target, size_t connections)
{
    return (struct in_turn){
        .name = name,
        .port = target->port,
        .pid = target->pid,
        .seconds = target->seconds,
        .connections = connections,
        .request = PING,
        .request_size = sizeof(PING) - 1,
        .content = hello,
        .depth = 1,
    };
}

static void ping_64(const struct target *target)
{
    struct in_turn work = pings("ping-64", target, 64);
    in_turn_run(&work);
}

static void ping_1000(const struct target *target)
{
    struct in_turn work = pings("ping-1000", target, 1000);
    in_turn_run(&work);
}

static void pipelined(const struct target *target)
{
    struct in_turn work = pings("pipelined", target, 64);
    work.depth = PIPELINED;
    in_turn_run(&work);
}

static void browser(const char *name, const struct target *target, size_t depth)
{
    struct in_turn work = pings(name, target, 64);
    work.request = BROWSER_PING;
    work.request_size = sizeof(BROWSER_PING) - 1;
    work.depth = depth;
    in_turn_run(&work);
}

static void browser_64(const struct target *target)
{
    browser("browser-64", target, 1);
}

static void browser_pipelined(const struct target *target)
{
    browser("browser-pipelined", target, 8);
}

static void connecting(const struct target *target)
{
    struct in_turn work = pings("connect", target, 64);
    work.request = closing_request;
    work.request_size = sizeof(closing_request) - 1;
    work.reconnects = true;
    in_turn_run(&work);
}

static void download(const struct target *target)
{
    struct in_turn work = pings("download", target, 4);
    work.request = download_request;
    work.request_size = sizeof(download_request) - 1;
    work.content = (struct content){mebibyte(), MEBIBYTE};
    in_turn_run(&work);
}

static void upload(const struct target *target)
{
    static char request[sizeof(upload_head) - 1 + MEBIBYTE];
    memcpy(request, upload_head, sizeof(upload_head) - 1);
    memcpy(request + sizeof(upload_head) - 1, mebibyte(), MEBIBYTE);
    struct in_turn work = pings("upload", target, 4);
    work.request = request;
    work.request_size = sizeof(request);
    in_turn_run(&work);
}

static void orders_spread(const struct target *target)
{
    orders_run("spread", target->port, target->pid, 1);
}

static void orders_at_once(const struct target *target)
{
    orders_run("at-once", target->port, target->pid, 0);
}

static void idle(const struct target *target)
{
    idle_run(target->port, target->pid);
}

static void cooking(const struct target *target)
{
    cooking_run(target->port, target->pid, target->seconds);
}

static void streams(const struct target *target)
{
    streams_run(target->port, target->pid);
}

static void watched(const struct target *target)
{
    watching_run("watched", target->port, target->pid, true);
}

static void unwatched(const struct target *target)
{
    watching_run("unwatched", target->port, target->pid, false);
}

static const struct work {
    const char *name;
    void (*run)(const struct target *target);
} works[] = {
    {"ping-64", ping_64},
    {"ping-1000", ping_1000},
    {"pipelined", pipelined},
    {"browser-64", browser_64},
    {"browser-pipelined", browser_pipelined},
    {"connect", connecting},
    {"spread", orders_spread},
    {"at-once", orders_at_once},
    {"idle", idle},
    {"cooking", cooking},
    {"download", download},
    {"upload", upload},
    {"stream", streams},
    {"watched", watched},
    {"unwatched", unwatched},
};

static uint16_t port_of(const char *text)
{
    return (uint16_t)strtoul(text, NULL, 10);
}

static void print_free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) < 0)
        give_up("no port is free");
    printf("%u\n", ntohs(address.sin_port));
    close(fd);
}

/* On one connection, PIPELINED at once, after a first one. */
static void make_requests(const char *request, size_t size, size_t count, uint16_t port)
{
    static char batch[PIPELINED * sizeof(BROWSER_PING)];
    int fd = connect_to(port);
    size_t answer_size = ping(fd);
    for (size_t i = 0; i < PIPELINED; i++)
        memcpy(batch + i * size, request, size);
    for (size_t made = 0; made < count; made += PIPELINED) {
        send_all(fd, batch, PIPELINED * size);
        receive_again(fd, PIPELINED * answer_size);
    }
    close(fd);
}

static int run_work(const char *name, const struct target *target)
{
    for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++) {
        if (strcmp(name, works[i].name) == 0) {
            wait_for_server(target->port);
            works[i].run(target);
            return EXIT_SUCCESS;
        }
    }
    give_up("there is no such work");
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "free-port") == 0 && argc == 2) {
        print_free_port();
    } else if (strcmp(what, "wait") == 0 && argc == 3) {
        wait_for_server(port_of(argv[2]));
    } else if (strcmp(what, "start") == 0 && argc > 3) {
        start_run(port_of(argv[2]), argv + 3);
    } else if (strcmp(what, "requests") == 0 && argc == 4) {
        make_requests(PING, sizeof(PING) - 1, strtoul(argv[2], NULL, 10), port_of(argv[3]));
    } else if (strcmp(what, "browser") == 0 && argc == 4) {
        make_requests(
            BROWSER_PING, sizeof(BROWSER_PING) - 1, strtoul(argv[2], NULL, 10), port_of(argv[3]));
    } else if (argc == 5) {
        struct target target = {port_of(argv[2]), argv[3], strtod(argv[4], NULL)};
        return run_work(what, &target);
    } else {
        give_up("see the comment at the top of bench/http/client.c");
    }
    return EXIT_SUCCESS;
}
