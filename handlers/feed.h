/* GET /kitchen/events: what happens in the kitchen, for its page. docs/kitchen.md has the format.
 */
#ifndef HOB_HANDLERS_FEED_H
#define HOB_HANDLERS_FEED_H

#include <stdbool.h>

#include "hob/server.h"

hob_handler feed_kitchen;

/* Whether guests may record traces, which the page offers then. To be set before the server runs.
 */
void feed_set_trace(bool on);

#endif
