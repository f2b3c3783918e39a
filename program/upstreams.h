/* The client of a process, for orders from the upstreams. */
#ifndef HOB_PROGRAM_UPSTREAMS_H
#define HOB_PROGRAM_UPSTREAMS_H

#include "options.h"

/*
 * Makes the client, which uses `tls` for https. It is NULL if there are no upstreams. Returns false
 * after it has printed why that is not possible.
 */
bool upstreams_open(const struct options *options, hob_tls *tls, hob_client **client);

#endif
