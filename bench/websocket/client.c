/*
 * websocket-client PORT PID NAME: measures a server of WebSockets, and prints lines "NAME FIGURE
 * VALUE UNIT": the processor time of an echo of 64 bytes on 64 sockets, the memory of each of
 * 10,000 idle sockets, and a broadcast of 64 bytes to them.
 */
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/http/usage.h"
#include "bench/measure.h"

enum {
    ECHOERS = 64,
    CROWD_SIZE = 10000,
    BROADCASTS = 10,
    CONTENT = 64,
    SENT = 6 + CONTENT,     /* the frame of a client, with its mask */
    RECEIVED = 2 + CONTENT, /* that of a server */
};

/* Seconds. */
#define WARM_UP 1
#define PERIOD  3

static int port;
static int epoll;

static int connect_to_server(void)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        give_up("no connection");
    return fd;
}

static int open_socket(const char *path)
{
    char text[1000] = "";
    int fd = connect_to_server();
    int size = snprintf(
        text, sizeof(text),
        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        path, port);
    if (send(fd, text, (size_t)size, 0) != size)
        give_up("no request");
    memset(text, 0, sizeof(text));
    ssize_t length = recv(fd, text, sizeof(text) - 1, 0);
    if (length < 12 || memcmp(text + 9, "101", 3) != 0 || !strstr(text, "\r\n\r\n"))
        give_up("no WebSocket");
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    return fd;
}

static void send_message(int fd)
{
    static const char content[CONTENT] =
        "0123456789012345678901234567890123456789012345678901234567890123";
    char frame[SENT] = {(char)0x81, (char)(0x80 | CONTENT)}; /* the mask is 0 */
    memcpy(frame + SENT - CONTENT, content, CONTENT);
    if (send(fd, frame, sizeof(frame), 0) != sizeof(frame))
        give_up("no message was sent");
}

static void receive_message(int fd)
{
    char frame[RECEIVED];
    if (recv(fd, frame, sizeof(frame), MSG_WAITALL) != sizeof(frame) || frame[1] != CONTENT)
        give_up("no message has come");
}

/* Receives all messages that have come; sends others in return. Returns how many have come. */
static size_t receive_ready(bool answer)
{
    struct epoll_event events[256];
    int count = epoll_wait(epoll, events, 256, 10000);
    if (count <= 0)
        give_up("the server is silent");
    for (int i = 0; i < count; i++) {
        receive_message(events[i].data.fd);
        if (answer)
            send_message(events[i].data.fd);
    }
    return (size_t)count;
}

static size_t echo_for(double seconds)
{
    size_t count = 0;
    double end = wall_now() + seconds;
    while (wall_now() < end)
        count += receive_ready(true);
    return count;
}

static void measure_echo(const char *pid, const char *name)
{
    int sockets[ECHOERS];
    for (size_t i = 0; i < ECHOERS; i++)
        send_message(sockets[i] = open_socket("/echo"));
    echo_for(WARM_UP);
    struct usage before = usage_of(pid);
    size_t count = echo_for(PERIOD);
    struct usage after = usage_of(pid);
    printf("%s echo-cpu %.3f us\n", name, (after.cpu - before.cpu) * 1e6 / (double)count);
    printf("%s echo-rate %.0f 1/s\n", name, (double)count / (after.wall - before.wall));
    for (size_t i = 0; i < ECHOERS; i++)
        close(sockets[i]);
}

static void measure_broadcasts(const char *pid, const char *name, const int *sockets)
{
    double slowest = 0, cpu = 0;
    for (size_t i = 0; i <= BROADCASTS; i++) {
        struct usage before = usage_of(pid);
        double began = wall_now();
        send_message(sockets[0]);
        for (size_t count = 0; count < CROWD_SIZE;)
            count += receive_ready(false);
        double seconds = wall_now() - began;
        struct usage after = usage_of(pid);
        if (i > 0) { /* the first one fills caches */
            cpu += after.cpu - before.cpu;
            slowest = seconds > slowest ? seconds : slowest;
        }
    }
    printf("%s broadcast-cpu %.1f ms\n", name, cpu * 1e3 / BROADCASTS);
    printf("%s broadcast-last %.1f ms\n", name, slowest * 1e3);
}

static void measure_crowd(const char *pid, const char *name)
{
    static int sockets[CROWD_SIZE];
    struct rlimit limit = {CROWD_SIZE + 1000, CROWD_SIZE + 1000};
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
        give_up("too few descriptors");
    double before = resident(pid);
    for (size_t i = 0; i < CROWD_SIZE; i++)
        sockets[i] = open_socket("/feed");
    sleep(2); /* until the server has given back what it does not need */
    printf("%s idle %.2f KiB\n", name, (resident(pid) - before) / CROWD_SIZE);
    measure_broadcasts(pid, name, sockets);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        give_up("usage: websocket-client PORT PID NAME");
    port = (int)strtol(argv[1], NULL, 10);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    measure_echo(argv[2], argv[3]);
    measure_crowd(argv[2], argv[3]);
    return EXIT_SUCCESS;
}
