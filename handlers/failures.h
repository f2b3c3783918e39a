/* Orders that failed while no client waited for them: counted, and logged in sums. */
#ifndef HOB_HANDLERS_FAILURES_H
#define HOB_HANDLERS_FAILURES_H

#include "hob/runtime.h"

/*
 * A coroutine that logs failures until it is cancelled: those of one second in one line. To be made
 * before the first failure, so that it has the memory that may be missing then.
 */
hob_fn failures_log;

/* An order of this dish has failed with a negative errno. Cancelled orders are no failures. */
void failures_note(const char *dish, int err);

#endif
