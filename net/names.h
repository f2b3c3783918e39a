/* Looking up the addresses of names. */
#ifndef HOB_NET_NAMES_H
#define HOB_NET_NAMES_H

#include "hob/net.h"

enum { NAME_ADDRESSES_MAX = 16 };

/*
 * Sets up to NAME_ADDRESSES_MAX addresses of a name, in the order in which to try them. Returns how
 * many, at least 1; or what hob_connect() returns for a name without, and sets the error.
 */
int names_lookup(const char *name, hob_address *addresses, hob_error *error);

#endif
