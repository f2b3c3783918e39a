/* The client of a process, for orders from the upstreams. */
#ifndef HOB_PROGRAM_UPSTREAMS_H
#define HOB_PROGRAM_UPSTREAMS_H

#include "options.h"

struct upstreams {
    hob_tls *tls;       /* NULL if no upstream has an https URL */
    hob_client *client; /* NULL if there are no upstreams */
};

/*
 * Makes the client, and reads the trusted certificates if a URL needs them. Returns false after it
 * has printed why that is not possible. Close it in either case.
 */
bool upstreams_open(struct upstreams *self, const struct options *options);

void upstreams_close(struct upstreams *self);

#endif
