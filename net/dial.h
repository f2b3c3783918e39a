/* Connecting to one of several addresses (RFC 8305). */
#ifndef HOB_NET_DIAL_H
#define HOB_NET_DIAL_H

#include "hob/net.h"

/*
 * Sorts the addresses so that the two families alternate, beginning with the family of the first
 * one (RFC 8305 section 4).
 */
void dial_interleave(hob_address *addresses, size_t count);

/*
 * Connects to the first of `count` addresses, at least 1, that accepts. Sets *index to its index.
 * Returns the descriptor, or the error of the first address: then the errors of all addresses are
 * appended to the description.
 */
int dial(const hob_address *addresses, size_t count, size_t *index, hob_error *error);

#endif
