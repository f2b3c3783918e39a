/* The errors of look-ups. */
#ifndef HOB_NET_LOOKUP_H
#define HOB_NET_LOOKUP_H

#include "hob/net.h"

/* Returns the reason for a negative result of a look-up. */
const char *lookup_reason(int result);

/*
 * Describes a look-up without an address. results[i] is the negative result of the query with index
 * i in query_families. Returns the result of the look-up.
 */
int lookup_error(const char *host, const int *results, hob_error *error);

#endif
