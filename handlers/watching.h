/* What those who watch the kitchen have in common: the feed of the page, and traces. */
#ifndef HOB_HANDLERS_WATCHING_H
#define HOB_HANDLERS_WATCHING_H

#include <stddef.h>

/*
 * Records what happens, and counts one more in *watchers, until the calling coroutine ends. Returns
 * 0 or -ENOMEM.
 */
int watch_until_end(size_t *watchers);

/* How an order ended that returned this: "served", "late", "cancelled" or "failed". */
const char *how_it_ended(int result);

#endif
