/* Connecting to one of several addresses (Happy Eyeballs v2, RFC 8305). */
#ifndef HOB_NET_DIAL_H
#define HOB_NET_DIAL_H

#include "hob/net.h"

/* The queries for the addresses of a host. They run at the same time. */
struct dial_source {
    size_t queries; /* 1, or 2: then the first is the one for IPv6 */
    const void *arg;
    /* Sets the addresses that a query finds, with their port. Returns how many, or an error. */
    int (*look_up)(const void *arg, size_t query, hob_address addresses[HOB_LOOKUP_MAX]);
};

/*
 * Sorts the addresses so that the two families alternate, beginning with the family of the first
 * one (RFC 8305 section 4).
 */
void dial_interleave(hob_address *addresses, size_t count);

/* Connects to one address. Returns the descriptor, or an error and appends its description. */
int dial_address(const hob_address *address, hob_error *error);

/*
 * Connects to the first address that accepts, and copies it to *connected. The attempts begin while
 * queries are in progress. results[i] becomes the result of query i: negative for all queries if
 * there is no address, and 0 if it was not needed.
 *
 * Returns the descriptor, or an error after all queries and attempts have ended: that of the first
 * attempt, with the errors of all appended to the description, or -ENXIO if there is no address.
 */
int dial(const struct dial_source *source, int *results, hob_address *connected, hob_error *error);

#endif
