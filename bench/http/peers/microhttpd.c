/*
 * libmicrohttpd, with epoll and on one thread: the loop is here, so that orders can wait.
 *
 *     http-microhttpd PORT SECONDS
 *     http-microhttpd --version
 */
#include <arpa/inet.h>
#include <limits.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/measure.h"

#define MEBIBYTE ((size_t)1 << 20)

/* A waiting order. All take equally long, so the first one is due first. */
struct order {
    struct MHD_Connection *connection;
    double due;
    struct order *next;
};

static double seconds;
static struct order *first;
static struct order **end = &first;
static struct MHD_Response *hello, *noodles, *download;

static struct MHD_Response *response_of(char *data, size_t size)
{
    return MHD_create_response_from_buffer(size, data, MHD_RESPMEM_PERSISTENT);
}

static void make_responses(void)
{
    static char hello_text[] = "Hello, world!";
    static char noodles_text[] = "noodles cooking done\n";
    static char mebibyte[MEBIBYTE];
    memset(mebibyte, 'x', sizeof(mebibyte));
    hello = response_of(hello_text, sizeof(hello_text) - 1);
    noodles = response_of(noodles_text, sizeof(noodles_text) - 1);
    download = response_of(mebibyte, sizeof(mebibyte));
}

static void cook(struct MHD_Connection *connection)
{
    struct order *order = malloc(sizeof(*order));
    if (!order)
        give_up("out of memory");
    *order = (struct order){.connection = connection, .due = wall_now() + seconds};
    *end = order;
    end = &order->next;
    MHD_suspend_connection(connection);
}

static void serve_due(void)
{
    double now = wall_now();
    while (first && first->due <= now) {
        struct order *order = first;
        first = order->next;
        if (!first)
            end = &first;
        MHD_resume_connection(order->connection);
        free(order);
    }
}

/* Called for the head, for each part of a body, and at the end; for an order once it is due, too.
 */
static enum MHD_Result answer(
    void *arg, struct MHD_Connection *connection, const char *url, const char *method,
    const char *version, const char *body, size_t *body_size, void **state)
{
    static char head_seen, cooking;
    (void)arg, (void)method, (void)version, (void)body;
    if (!*state) {
        *state = &head_seen;
        return MHD_YES;
    }
    if (*body_size > 0) {
        *body_size = 0;
        return MHD_YES;
    }
    if (strcmp(url, "/noodles") == 0) {
        if (*state == &cooking)
            return MHD_queue_response(connection, MHD_HTTP_OK, noodles);
        *state = &cooking;
        cook(connection);
        return MHD_YES;
    }
    return MHD_queue_response(
        connection, MHD_HTTP_OK, strcmp(url, "/download") == 0 ? download : hello);
}

static struct MHD_Daemon *start(const char *port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, answer, NULL, MHD_OPTION_SOCK_ADDR,
        (struct sockaddr *)&address, MHD_OPTION_CONNECTION_LIMIT, 16384U,
        MHD_OPTION_LISTEN_BACKLOG_SIZE, 4096U, MHD_OPTION_END);
    if (!daemon)
        give_up("libmicrohttpd does not start");
    return daemon;
}

/* Milliseconds for poll(), until the library has a time-out or an order is due. */
static int time_left(struct MHD_Daemon *daemon)
{
    MHD_UNSIGNED_LONG_LONG left;
    int result = -1;
    if (MHD_get_timeout(daemon, &left) == MHD_YES)
        result = left < INT_MAX ? (int)left : INT_MAX;
    if (first) {
        double due = first->due - wall_now();
        int order = due > 0 ? (int)(due * 1e3) + 1 : 0;
        if (result < 0 || order < result)
            result = order;
    }
    return result;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return puts(MHD_get_version()) < 0;
    if (argc != 3)
        give_up("usage: http-microhttpd PORT SECONDS");
    seconds = strtod(argv[2], NULL);
    make_responses();
    struct MHD_Daemon *daemon = start(argv[1]);
    struct pollfd input = {
        .fd = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd,
        .events = POLLIN,
    };
    for (;;) {
        poll(&input, 1, time_left(daemon));
        serve_due();
        MHD_run(daemon);
    }
}
