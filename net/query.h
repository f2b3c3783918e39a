/* Asking for the addresses of a name, by one of two ways: query_cares.c or query_system.c. */
#ifndef HOB_NET_QUERY_H
#define HOB_NET_QUERY_H

#include "hob/net.h"

struct answer {
    hob_address addresses[HOB_LOOKUP_MAX]; /* port 0, in the order in which to try them */
    size_t count;
    double ttl; /* seconds */
};

/* Returns 0, or what hob_resolver_new() returns for these options. */
int query_check(const hob_resolver_options *options);

/*
 * Asks for the addresses of a name of a host. Returns 0 with at least one, or what hob_lookup()
 * returns. `options` has no zeros but for the servers.
 */
int query_addresses(const hob_resolver_options *options, const char *name, struct answer *answer);

/* Adds an IPv4 or IPv6 address, unless it is of another kind or there is no room. */
void answer_add(struct answer *self, const struct sockaddr *address, socklen_t length);

#endif
