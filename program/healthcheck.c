#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "hob/address.h"
#include "service.h"

/* Each for connecting, sending and receiving. */
static const struct timeval timeout = {.tv_sec = 1};

/* A server on all interfaces is also on the loopback one. */
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
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
    if (connect(fd, &address.any, address.length) < 0) {
        int err = errno;
        close(fd);
        errno = err;
        return -1;
    }
    return fd;
}

/* Sends the request and receives the beginning of the response. Returns 0, or -1 with errno set. */
static int send_request(int fd, const char *request, char *response, size_t size)
{
    if (send(fd, request, strlen(request), MSG_NOSIGNAL) < 0)
        return -1;
    ssize_t length = recv(fd, response, size - 1, MSG_WAITALL);
    if (length < 0)
        return -1;
    response[length] = '\0';
    return 0;
}

#define REQUEST "GET /healthz HTTP/1.0\r\n\r\n"

static int check_health(const char *address, const char *request)
{
    char response[sizeof("HTTP/1.1 200")] = "";
    int fd = connect_to(address);
    int err = fd < 0 ? -1 : send_request(fd, request, response, sizeof(response));
    if (err < 0)
        fprintf(stderr, "hob: no answer from %s: %s\n", address, strerror(errno));
    if (fd >= 0)
        close(fd);
    if (err < 0)
        return 1;
    if (strcmp(response, "HTTP/1.1 200") == 0)
        return 0;
    fprintf(stderr, "hob: %s answered: %s\n", address, response);
    return 1;
}

int service_check_health(const struct options *options)
{
    const char *request = options->server.proxy_protocol ? "PROXY UNKNOWN\r\n" REQUEST : REQUEST;
    int status = 0;
    if (options->admin)
        return check_health(options->admin, REQUEST);
    for (size_t i = 0; i < options->listen_count && status == 0; i++)
        status = check_health(options->listen[i], request);
    return status;
}
