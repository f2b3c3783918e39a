#include "healthcheck.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* For connecting, sending and receiving, each. */
static const struct timeval patience = {.tv_sec = 1};

static int connect_ipv4(int fd, struct in_addr host, uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = host};
    if (address.sin_addr.s_addr == htonl(INADDR_ANY))
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return connect(fd, (struct sockaddr *)&address, sizeof(address));
}

static int connect_ipv6(int fd, struct in6_addr host, uint16_t port)
{
    struct sockaddr_in6 address = {
        .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = host};
    if (IN6_IS_ADDR_UNSPECIFIED(&address.sin6_addr))
        address.sin6_addr = in6addr_loopback;
    return connect(fd, (struct sockaddr *)&address, sizeof(address));
}

/* Returns a connected socket, or -1 with errno set. */
static int connect_to(const char *host, uint16_t port)
{
    struct in_addr ipv4;
    struct in6_addr ipv6;
    bool is_ipv4 = inet_pton(AF_INET, host, &ipv4) == 1;
    if (!is_ipv4 && inet_pton(AF_INET6, host, &ipv6) != 1) {
        errno = EINVAL;
        return -1;
    }
    int fd = socket(is_ipv4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if ((is_ipv4 ? connect_ipv4(fd, ipv4, port) : connect_ipv6(fd, ipv6, port)) < 0) {
        int err = errno;
        close(fd);
        errno = err;
        return -1;
    }
    return fd;
}

/* Sends the request and reads the beginning of the answer. Returns -1 with errno set. */
static int ask(int fd, char *answer, size_t size)
{
    static const char request[] = "GET /healthz HTTP/1.0\r\n\r\n";
    if (send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) < 0)
        return -1;
    ssize_t length = recv(fd, answer, size - 1, MSG_WAITALL);
    if (length < 0)
        return -1;
    answer[length] = '\0';
    return 0;
}

int healthcheck(const char *host, uint16_t port)
{
    char answer[sizeof("HTTP/1.1 200")] = "";
    int fd = connect_to(host, port);
    int err = fd < 0 ? -1 : ask(fd, answer, sizeof(answer));
    if (err < 0)
        fprintf(stderr, "hob: no answer from %s port %u: %s\n", host, port, strerror(errno));
    if (fd >= 0)
        close(fd);
    if (err < 0)
        return 1;
    if (strcmp(answer, "HTTP/1.1 200") == 0)
        return 0;
    fprintf(stderr, "hob: %s port %u answered: %s\n", host, port, answer);
    return 1;
}
