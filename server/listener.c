#include "listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union address {
    struct sockaddr any;
    struct sockaddr_in ipv4;
    struct sockaddr_in6 ipv6;
};

/* Returns the length of the address, or 0 if host is none. */
static socklen_t parse_address(const char *host, uint16_t port, union address *address)
{
    memset(address, 0, sizeof(*address));
    if (inet_pton(AF_INET, host, &address->ipv4.sin_addr) == 1) {
        address->ipv4.sin_family = AF_INET;
        address->ipv4.sin_port = htons(port);
        return sizeof(address->ipv4);
    }
    if (inet_pton(AF_INET6, host, &address->ipv6.sin6_addr) == 1) {
        address->ipv6.sin6_family = AF_INET6;
        address->ipv6.sin6_port = htons(port);
        return sizeof(address->ipv6);
    }
    return 0;
}

/* Bytes that the kernel takes before the client's window has room for them. */
#define UNSENT_LIMIT (128 * 1024)

static int bind_and_listen(int fd, const union address *address, socklen_t length)
{
    int on = 1;
    int unsent = UNSENT_LIMIT;
    /* A server that starts again need not wait until its old connections are forgotten. */
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
        return -errno;
    /* Accepted sockets inherit this: a response is one write, so there is nothing to wait for. */
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) < 0)
        return -errno;
    /* Nor need the kernel hold megabytes for each client that does not read, as it would. */
    if (setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof(unsent)) < 0)
        return -errno;
    if (bind(fd, &address->any, length) < 0)
        return -errno;
    /* The kernel cuts this down to net.core.somaxconn. */
    if (listen(fd, 65535) < 0)
        return -errno;
    return 0;
}

int listener_open(const char *host, uint16_t port)
{
    union address address;
    socklen_t length = parse_address(host, port, &address);
    if (length == 0)
        return -EINVAL;

    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    int err = bind_and_listen(fd, &address, length);
    if (err < 0) {
        close(fd);
        return err;
    }
    return fd;
}

int listener_url(int listener, char *url, size_t size)
{
    union address address = {0};
    socklen_t length = sizeof(address);
    char host[INET6_ADDRSTRLEN];
    if (getsockname(listener, &address.any, &length) < 0)
        return -errno;

    bool ipv6 = address.any.sa_family == AF_INET6;
    const void *bytes =
        ipv6 ? (const void *)&address.ipv6.sin6_addr : (const void *)&address.ipv4.sin_addr;
    if (!inet_ntop(address.any.sa_family, bytes, host, sizeof(host)))
        return -errno;
    unsigned port = ntohs(ipv6 ? address.ipv6.sin6_port : address.ipv4.sin_port);
    snprintf(url, size, ipv6 ? "http://[%s]:%u/" : "http://%s:%u/", host, port);
    return 0;
}
