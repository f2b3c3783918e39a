#include "peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "base/decimal.h"
#include "hob/address.h"

_Static_assert(HOB_PEER_SIZE >= INET6_ADDRSTRLEN + sizeof("[]:65535"), "any has room");

/* Each of these writes something at `at` and returns its end. */

static char *put_port(char *at, in_port_t port)
{
    *at++ = ':';
    return put_number(at, ntohs(port));
}

/* Without inet_ntop(3), which takes as long as the rest of a line of the access log. */
static char *put_ipv4(char *at, const unsigned char bytes[static 4])
{
    for (size_t i = 0; i < 4; i++) {
        if (i > 0)
            *at++ = '.';
        at = put_number(at, bytes[i]);
    }
    return at;
}

static char *put_ipv6(char *at, const struct in6_addr *address)
{
    if (IN6_IS_ADDR_V4MAPPED(address))
        return put_ipv4(at, address->s6_addr + 12);
    *at++ = '[';
    inet_ntop(AF_INET6, address, at, INET6_ADDRSTRLEN);
    return stpcpy(at + strlen(at), "]");
}

static char *put_peer(char *at, const union peer *self)
{
    switch (self->any.sa_family) {
    case AF_INET:
        at = put_ipv4(at, (const unsigned char *)&self->ipv4.sin_addr);
        return put_port(at, self->ipv4.sin_port);
    case AF_INET6:
        return put_port(put_ipv6(at, &self->ipv6.sin6_addr), self->ipv6.sin6_port);
    default:
        return stpcpy(at, "unix:");
    }
}

int peer_format(const union peer *self, char *text, size_t size)
{
    char whole[HOB_PEER_SIZE];
    size_t length = (size_t)(put_peer(whole, self) - whole);
    if (length >= size)
        return -ENOSPC;
    memcpy(text, whole, length);
    text[length] = '\0';
    return 0;
}
