/* Addresses as text. */
#ifndef HOB_NET_ADDRESS_H
#define HOB_NET_ADDRESS_H

#include <stdbool.h>

#include "hob/address.h"

/* Writes the URL of an address, of at most HOB_URL_SIZE bytes. Returns 0, or -EINVAL for others. */
int address_url(const hob_address *address, char *url, size_t size);

/* Whether the host is ::1, or one of 127.0.0.0/8 as an IPv6 address (::ffff:127.0.0.1). */
bool address_is_loopback_ipv6(const struct in6_addr *host);

#endif
