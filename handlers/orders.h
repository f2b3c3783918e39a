/*
 * Orders of the kitchen page, which no client waits for. POST /orders takes them, DELETE
 * /orders/{id} cancels one, and a coroutine of the kitchen cooks them.
 */
#ifndef HOB_HANDLERS_ORDERS_H
#define HOB_HANDLERS_ORDERS_H

#include "hob/runtime.h"
#include "hob/server.h"

/*
 * A coroutine (arg is the struct kitchen) that cooks the orders, to be run beside the server. Ends
 * when it is cancelled.
 */
hob_fn orders_cook;

/*
 * Takes `count` (1 to 1,000; default 1) orders of a `dish`, with an optional `deadline` in seconds.
 * With `from`, the upstream of this name cooks them.
 * Replies with 202 and the lanes of the orders that have begun. When out of memory these may be
 * fewer, and the reply has the number that was refused; if none has begun, the status is 503.
 */
hob_handler orders_take;

/*
 * Cancels the order with the lane {id}, as if its client had left. `worker` in the query is the
 * worker that has the order; other workers reply with 421.
 */
hob_handler orders_cancel;

#endif
