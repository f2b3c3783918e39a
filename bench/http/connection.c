#include "bench/http/connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bench/measure.h"

#define PATIENCE 10.0 /* seconds */
#define COPIED   ((size_t)1 << 16)

const struct content hello = {"Hello, world!", 13};

static char buffer[MEBIBYTE + COPIED];

const char *mebibyte(void)
{
    static char data[MEBIBYTE];
    if (data[0] == '\0')
        memset(data, 'x', sizeof(data));
    return data;
}

/* Returns the connection, or -1 if it is refused. */
static int try_to_connect(uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    /* Closes it by a reset, since tens of thousands in TIME_WAIT would use up the ports. */
    struct linger reset = {.l_onoff = 1};
    int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        give_up("no socket is left: is the limit of open files too low?");
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
        close(fd);
        return -1;
    }
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return fd;
}

int connect_to(uint16_t port)
{
    int fd = try_to_connect(port);
    if (fd < 0)
        give_up("the server takes no connection");
    return fd;
}

void wait_for_server(uint16_t port)
{
    double start = wall_now();
    int fd;
    while ((fd = try_to_connect(port)) < 0) {
        if (wall_now() - start > PATIENCE)
            give_up("the server does not start");
        nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
    }
    ping(fd);
    close(fd);
}

void send_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);
        if (sent < 0)
            give_up("the server took less than the request");
        data += sent;
        size -= (size_t)sent;
    }
}

/*
 * Waits by polling. If the client slept, the server would pay for waking it, and a slow server more
 * often than a fast one.
 */
static size_t receive(int fd, void *data, size_t size, int flags)
{
    double start = 0;
    for (unsigned tries = 1;; tries++) {
        ssize_t received = recv(fd, data, size, flags | MSG_DONTWAIT);
        if (received >= 0)
            return (size_t)received;
        if (errno != EAGAIN && errno != EINTR)
            give_up("the server has reset the connection");
        if (tries % 4096 != 0)
            continue;
        if (start == 0)
            start = wall_now();
        if (wall_now() - start > PATIENCE)
            give_up("the server does not answer");
    }
}

static void check_status(const char *data, size_t size)
{
    if (size < 12 || memcmp(data, "HTTP/1.1 200", 12) != 0)
        give_up("the answer has no status 200");
}

/* Returns the value of Content-Length in a head. */
static size_t content_length(const char *head, const char *end)
{
    static const char name[] = "\r\nContent-Length:";
    for (const char *line = head; line < end; line++) {
        if (strncasecmp(line, name, sizeof(name) - 1) == 0)
            return strtoul(line + sizeof(name) - 1, NULL, 10);
    }
    give_up("the answer has no Content-Length");
}

size_t receive_answer(int fd, const struct content *content)
{
    size_t size = 0;
    const char *end;
    do {
        size_t more = receive(fd, buffer + size, sizeof(buffer) - 1 - size, 0);
        if (more == 0)
            give_up("the server has closed the connection before its answer");
        size += more;
        buffer[size] = '\0';
    } while (!(end = strstr(buffer, "\r\n\r\n")));
    end += 4;
    check_status(buffer, size);

    size_t head = (size_t)(end - buffer);
    if (content_length(buffer, end) != content->size)
        give_up("the answer has not the size it should have");
    while (size < head + content->size) {
        size_t more = receive(fd, buffer + size, sizeof(buffer) - size, 0);
        if (more == 0)
            give_up("the server has closed the connection in the middle of its answer");
        size += more;
    }
    if (size != head + content->size || memcmp(end, content->data, content->size) != 0)
        give_up("the answer is not the one it should be");
    return size;
}

void receive_again(int fd, size_t size)
{
    /* On TCP, MSG_TRUNC discards the bytes. */
    int flags = size > COPIED ? MSG_TRUNC : 0;
    for (size_t received = 0; received < size;) {
        size_t more = receive(fd, buffer, size - received, flags);
        if (more == 0)
            give_up("the server has closed the connection before its answer");
        if (received == 0 && flags == 0)
            check_status(buffer, more);
        received += more;
    }
}

void receive_end(int fd)
{
    if (receive(fd, buffer, sizeof(buffer), 0) != 0)
        give_up("the answer is longer than the one before");
}

size_t ping(int fd)
{
    send_all(fd, PING, sizeof(PING) - 1);
    return receive_answer(fd, &hello);
}
