#include "peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>

#include "hob/server.h"

_Static_assert(HOB_PEER_SIZE >= INET6_ADDRSTRLEN + sizeof("[]:65535"), "any has room");

static int format_ipv4(const struct in_addr *address, in_port_t port, char *text, size_t size)
{
    char host[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, address, host, sizeof(host));
    return snprintf(text, size, "%s:%u", host, (unsigned)ntohs(port));
}

static int format_ipv6(const struct sockaddr_in6 *address, char *text, size_t size)
{
    char host[INET6_ADDRSTRLEN];
    const struct in6_addr *ipv6 = &address->sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(ipv6)) {
        const struct in_addr ipv4 = {.s_addr = ipv6->s6_addr32[3]};
        return format_ipv4(&ipv4, address->sin6_port, text, size);
    }
    inet_ntop(AF_INET6, ipv6, host, sizeof(host));
    return snprintf(text, size, "[%s]:%u", host, (unsigned)ntohs(address->sin6_port));
}

int peer_format(const union peer *self, char *text, size_t size)
{
    int length;
    switch (self->any.sa_family) {
    case AF_INET:
        length = format_ipv4(&self->ipv4.sin_addr, self->ipv4.sin_port, text, size);
        break;
    case AF_INET6:
        length = format_ipv6(&self->ipv6, text, size);
        break;
    default:
        length = snprintf(text, size, "unix:");
    }
    return (size_t)length < size ? 0 : -ENOSPC;
}
