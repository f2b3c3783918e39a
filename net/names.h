/* A cache of names, and of the queries in progress. */
#ifndef HOB_NET_NAMES_H
#define HOB_NET_NAMES_H

#include "hob/net.h"

/*
 * Sets the addresses that a host has in the family of a query, an index of query_families. There
 * is room for HOB_LOOKUP_MAX. Without a resolver, uses one of the loop's own. Returns what
 * hob_lookup() returns.
 */
int names_look_up(hob_resolver *resolver, const char *host, size_t query, hob_address *addresses);

#endif
