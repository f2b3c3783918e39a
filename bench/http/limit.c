/*
 * The limit: the least cost of a server on one thread that waits with epoll, reads and writes.
 *
 *     limit PORT SECONDS
 *
 * It sends prepared bytes and does not parse: one letter of the path selects the response, and the
 * blank lines give the number of requests. This works only with bench/http/client.c: a request must
 * arrive in one piece. /noodles takes SECONDS.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/measure.h"

#define CLIENTS  ((size_t)65536) /* the index of a client is its descriptor */
#define EVENTS   10              /* of a stream */
#define INTERVAL 0.1             /* seconds before each of them */
#define MEBIBYTE ((size_t)1 << 20)
#define AT_ONCE  ((size_t)2048) /* maximum of responses to pipelined requests */
#define HEAD                                                                                       \
    "HTTP/1.1 200 OK\r\n"                                                                          \
    "Server: hob\r\n"                                                                              \
    "Date: Sun, 22 Nov 2026 09:52:58 GMT\r\n"                                                      \
    "Content-Type: text/plain; charset=utf-8\r\n"
#define PING       HEAD "Content-Length: 13\r\n\r\nHello, world!"
#define NOODLES    HEAD "Content-Length: 21\r\n\r\nnoodles cooking done\n"
#define DOWNLOAD   HEAD "Content-Length: 1048576\r\n\r\n"
#define STREAM     HEAD "Transfer-Encoding: chunked\r\n\r\n"
#define EVENT      "c\r\ndata: tick\n\n\r\n"
#define STREAM_END "0\r\n\r\n"

#define LENGTH(text) (sizeof(text) - 1)

static struct client {
    uint32_t serial;   /* of the clients that had this descriptor */
    size_t to_receive; /* of an upload */
    size_t to_send;    /* of a download */
    unsigned events;   /* that are left of a stream */
} clients[CLIENTS];

/* A FIFO of clients that wait for the same time, so the first one is due first. */
struct line {
    double seconds;
    struct place {
        int fd;
        uint32_t serial;
        double due;
    } places[CLIENTS];
    size_t first, end; /* ever-growing counters; the remainder is the index */
};

static struct line orders;
static struct line streams = {.seconds = INTERVAL};

static char input[1 << 18];
static char pings[AT_ONCE * LENGTH(PING)];
static char download[LENGTH(DOWNLOAD) + MEBIBYTE];
static int epoll;

static void stand_in(struct line *line, int fd)
{
    line->places[line->end++ % CLIENTS] =
        (struct place){fd, clients[fd].serial, wall_now() + line->seconds};
}

/* It always fits into the socket's buffer, since the client reads its responses. */
static void put(int fd, const char *data, size_t size)
{
    if (send(fd, data, size, MSG_NOSIGNAL) != (ssize_t)size && errno != EPIPE &&
        errno != ECONNRESET)
        give_up("an answer did not fit");
}

static void leave(int fd)
{
    clients[fd].serial++;
    close(fd);
}

static void wait_for(int fd, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event);
}

static void go_on_sending(int fd)
{
    struct client *self = &clients[fd];
    ssize_t sent =
        send(fd, download + sizeof(download) - self->to_send, self->to_send, MSG_NOSIGNAL);
    if (sent > 0)
        self->to_send -= (size_t)sent;
    wait_for(fd, self->to_send > 0 ? EPOLLOUT : EPOLLIN);
}

static void go_on_receiving(int fd, size_t size)
{
    clients[fd].to_receive -= size;
    if (clients[fd].to_receive == 0)
        put(fd, PING, LENGTH(PING));
}

static void begin_stream(int fd)
{
    put(fd, STREAM, LENGTH(STREAM));
    clients[fd].events = EVENTS;
    stand_in(&streams, fd);
}

static void answer_pings(int fd, size_t size)
{
    size_t count = 0;
    const char *end = input + size;
    for (const char *place = input; (place = memmem(place, end - place, "\r\n\r\n", 4)); place += 4)
        count++;
    put(fd, pings, count * LENGTH(PING));
    if (size > 9 && memcmp(end - 9, "close\r\n\r\n", 9) == 0)
        leave(fd);
}

/* The letter is that after "GET /"; there is only one POST. */
static void answer(int fd, size_t size)
{
    switch (input[5]) {
    case 'n':
        stand_in(&orders, fd);
        break;
    case 'd':
        clients[fd].to_send = sizeof(download);
        go_on_sending(fd);
        break;
    case 's':
        begin_stream(fd);
        break;
    case '/': {
        const char *body = memmem(input, size, "\r\n\r\n", 4);
        clients[fd].to_receive = MEBIBYTE;
        go_on_receiving(fd, size - (size_t)(body + 4 - input));
        break;
    }
    default:
        answer_pings(fd, size);
    }
}

static void on_ready(int fd)
{
    if (clients[fd].to_send > 0) {
        go_on_sending(fd);
        return;
    }
    ssize_t size = read(fd, input, sizeof(input));
    if (size <= 0)
        leave(fd);
    else if (clients[fd].to_receive > 0)
        go_on_receiving(fd, (size_t)size);
    else
        answer(fd, (size_t)size);
}

static void on_acceptable(int listener)
{
    int on = 1;
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
        clients[fd] = (struct client){.serial = clients[fd].serial};
    }
}

/* Takes the next due client that is still connected out of the FIFO. Returns whether there is one.
 */
static bool next_due(struct line *line, double now, int *fd)
{
    while (line->first != line->end) {
        const struct place *place = &line->places[line->first % CLIENTS];
        if (place->due > now)
            return false;
        line->first++;
        *fd = place->fd;
        if (clients[*fd].serial == place->serial)
            return true;
    }
    return false;
}

static void serve_due(void)
{
    double now = wall_now();
    int fd;
    while (next_due(&orders, now, &fd))
        put(fd, NOODLES, LENGTH(NOODLES));
    while (next_due(&streams, now, &fd)) {
        if (--clients[fd].events > 0) {
            put(fd, EVENT, LENGTH(EVENT));
            stand_in(&streams, fd);
        } else {
            put(fd, EVENT STREAM_END, LENGTH(EVENT STREAM_END));
        }
    }
}

/* Milliseconds for epoll_wait(), rounded up. */
static int time_left(const struct line *line)
{
    if (line->first == line->end)
        return -1;
    double left = line->places[line->first % CLIENTS].due - wall_now();
    return left > 0 ? (int)(left * 1e3) + 1 : 0;
}

static int listen_on(uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
        listen(fd, SOMAXCONN) < 0)
        give_up("cannot listen");
    return fd;
}

static void make_answers(void)
{
    for (size_t i = 0; i < AT_ONCE; i++)
        memcpy(pings + i * LENGTH(PING), PING, LENGTH(PING));
    memcpy(download, DOWNLOAD, LENGTH(DOWNLOAD));
    memset(download + LENGTH(DOWNLOAD), 'x', MEBIBYTE);
}

int main(int argc, char **argv)
{
    struct epoll_event ready[256];
    if (argc != 3)
        give_up("usage: limit PORT SECONDS");
    orders.seconds = strtod(argv[2], NULL);
    make_answers();
    int listener = listen_on((uint16_t)strtoul(argv[1], NULL, 10));
    epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        unsigned order = (unsigned)time_left(&orders); /* -1 means no limit */
        unsigned tick = (unsigned)time_left(&streams);
        int count = epoll_wait(epoll, ready, 256, (int)(order < tick ? order : tick));
        for (int i = 0; i < count; i++) {
            if (ready[i].data.fd == listener)
                on_acceptable(listener);
            else
                on_ready(ready[i].data.fd);
        }
        if (orders.first != orders.end || streams.first != streams.end)
            serve_due();
    }
}
