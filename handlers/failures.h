/* Failed orders of the kitchen page, which no client waits for: counted, and logged together. */
#ifndef HOB_HANDLERS_FAILURES_H
#define HOB_HANDLERS_FAILURES_H

#include "hob/runtime.h"

struct kitchen;

/* Failures that are not logged yet. All zero is none. */
struct failures {
    size_t count;
    const char *dish; /* of the last failure */
    int err;
    hob_queue *news; /* has a value if there are failures; NULL while failures_log() does not run */
};

/*
 * A coroutine (arg is the struct kitchen) that logs failures until it is cancelled, one line for
 * all failures of a second. Started before the first failure, it needs no memory when one happens.
 */
hob_fn failures_log;

/* Counts an order of this dish that failed with a negative errno. -ECANCELED is not a failure. */
void failures_add(struct kitchen *kitchen, const char *dish, int err);

#endif
