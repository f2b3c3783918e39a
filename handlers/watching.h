/* Shared by the feed of the page and by traces. */
#ifndef HOB_HANDLERS_WATCHING_H
#define HOB_HANDLERS_WATCHING_H

#include <stddef.h>

#include "hob/server.h"

/*
 * Turns the runtime's trace on and counts one more in *watchers, until the calling coroutine ends.
 * Returns 0 or -ENOMEM.
 */
int watch_until_end(size_t *watchers);

/* Waits for `seconds`. Returns 1, 0 if the server is stopping, or a negative errno. */
int wait_unless_stopping(const hob_request *req, double seconds);

/* The end of an order by its result: "served", "late", "cancelled" or "failed". */
const char *outcome_name(int result);

#endif
