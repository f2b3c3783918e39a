/* The other end of a connection. */
#ifndef HOB_NET_PEER_H
#define HOB_NET_PEER_H

#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

/* The address that accept(2) returns. For a unix socket it has only the family. */
union peer {
    struct sockaddr any;
    struct sockaddr_in ipv4;
    struct sockaddr_in6 ipv6;
};

/* See hob_request_peer(). */
int peer_format(const union peer *self, char *text, size_t size);

#endif
