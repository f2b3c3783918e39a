/* Orders that failed while no client waited for them: counted, and logged in sums. */
#ifndef HOB_HANDLERS_FAILURES_H
#define HOB_HANDLERS_FAILURES_H

#include "hob/runtime.h"

struct kitchen;

/* Those that the log does not mention yet. All zero is none. */
struct failures {
    size_t count;
    const char *dish; /* of the last one */
    int err;
    hob_queue *news; /* has a value when there are any; NULL while nobody logs them */
};

/*
 * A coroutine (arg is the struct kitchen) that logs failures until it is cancelled: those of one
 * second in one line. To be made before the first failure, so that it has the memory that may be
 * missing then.
 */
hob_fn failures_log;

/* An order of this dish has failed with a negative errno. Cancelled orders are no failures. */
void failures_note(struct kitchen *kitchen, const char *dish, int err);

#endif
