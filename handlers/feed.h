/* GET /kitchen/events: what happens in the kitchen, for its page. docs/kitchen.md has the format.
 */
#ifndef HOB_HANDLERS_FEED_H
#define HOB_HANDLERS_FEED_H

#include "hob/server.h"

hob_handler feed_kitchen;

#endif
