/* Addresses as text. */
#ifndef HOB_NET_ADDRESS_H
#define HOB_NET_ADDRESS_H

#include "hob/address.h"

enum { HOST_SIZE = 256 }; /* maximum size of a host, with its NUL */

/* A host and its port, as "host:port" or "[host]:port". */
struct host_port {
    char host[HOST_SIZE];
    in_port_t port; /* in network byte order */
    bool brackets;
};

/* Parses a host, without a check of its text, and a port. Returns 0 or -EINVAL. */
int host_port_parse(const char *text, struct host_port *self);

/* Parses an IPv4 or IPv6 address without brackets, with port 0. Returns whether it is one. */
bool host_parse_numeric(const char *host, hob_address *address);

/* Returns whether this can be the name of a host: ASCII, and its last part is not a number. */
bool host_name_is_valid(const char *name);

/* Sets the port, in network byte order, of an IPv4 or IPv6 address. */
void address_set_port(hob_address *self, in_port_t port);

/* Writes the URL of an address, of at most HOB_URL_SIZE bytes. Returns 0, or -EINVAL for others. */
int address_url(const hob_address *address, const char *scheme, char *url, size_t size);

#endif
