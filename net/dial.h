/* Connecting to one of several addresses (RFC 8305). */
#ifndef HOB_NET_DIAL_H
#define HOB_NET_DIAL_H

#include "hob/net.h"

/*
 * Puts the addresses of the two families in turn, beginning with the family of the first one
 * (RFC 8305 section 4).
 */
void dial_interleave(hob_address *addresses, size_t count);

/*
 * Connects to the first of `count` addresses, at least 1, that answers. Sets *index to which one
 * that was. Returns the descriptor, or what the first address has failed with: then what each has
 * failed with is appended to the error.
 */
int dial(const hob_address *addresses, size_t count, size_t *index, hob_error *error);

#endif
