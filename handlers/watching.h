/* What those who watch the kitchen have in common: the feed of the page, and traces. */
#ifndef HOB_HANDLERS_WATCHING_H
#define HOB_HANDLERS_WATCHING_H

#include <stddef.h>

#include "hob/server.h"

/*
 * Records what happens, and counts one more in *watchers, until the calling coroutine ends. Returns
 * 0 or -ENOMEM.
 */
int watch_until_end(size_t *watchers);

/* Waits so many seconds. Returns 1, 0 if the server stops, or a negative errno. */
int wait_unless_stopping(const hob_request *req, double seconds);

/* How an order ended that returned this: "served", "late", "cancelled" or "failed". */
const char *how_it_ended(int result);

#endif
