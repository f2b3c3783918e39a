/* Queries for the addresses of a name. query_cares.c and query_system.c implement them. */
#ifndef HOB_NET_QUERY_H
#define HOB_NET_QUERY_H

#include "hob/net.h"

/* The families that have a query each. The family that connections prefer is the first. */
enum { QUERIES_MAX = 2 };

struct query_families {
    size_t count;
    int families[QUERIES_MAX];
};

extern const struct query_families query_families;

struct answer {
    hob_address addresses[HOB_LOOKUP_MAX]; /* port 0, in the order in which to try them */
    size_t count;
    double ttl; /* seconds */
};

/* Returns 0, or what hob_resolver_new() returns for these options. */
int query_check(const hob_resolver_options *options);

/*
 * Asks for the addresses that a host has in one of query_families. Returns 0 with at least one, or
 * what hob_lookup() returns. `options` has no zeros but for the servers.
 */
int query_addresses(
    const hob_resolver_options *options, const char *name, int family, struct answer *answer);

/* Adds an IPv4 or IPv6 address, unless it is of another kind or there is no room. */
void answer_add(struct answer *self, const struct sockaddr *address, socklen_t length);

#endif
