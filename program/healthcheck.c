#include "healthcheck.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "hob/address.h"

/* For connecting, sending and receiving, each. */
static const struct timeval patience = {.tv_sec = 1};

/* Where a client reaches whoever listens on all interfaces. */
static void use_loopback(hob_address *address)
{
    if (address->any.sa_family == AF_INET && address->ipv4.sin_addr.s_addr == htonl(INADDR_ANY))
        address->ipv4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (address->any.sa_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&address->ipv6.sin6_addr))
        address->ipv6.sin6_addr = in6addr_loopback;
}

/* Returns a connected socket, or -1 with errno set. */
static int connect_to(const char *text)
{
    hob_address address;
    errno = -hob_address_parse(text, &address);
    if (errno != 0)
        return -1;
    use_loopback(&address);
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (connect(fd, &address.any, address.length) < 0) {
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

int healthcheck(const char *address)
{
    char answer[sizeof("HTTP/1.1 200")] = "";
    int fd = connect_to(address);
    int err = fd < 0 ? -1 : ask(fd, answer, sizeof(answer));
    if (err < 0)
        fprintf(stderr, "hob: no answer from %s: %s\n", address, strerror(errno));
    if (fd >= 0)
        close(fd);
    if (err < 0)
        return 1;
    if (strcmp(answer, "HTTP/1.1 200") == 0)
        return 0;
    fprintf(stderr, "hob: %s answered: %s\n", address, answer);
    return 1;
}
