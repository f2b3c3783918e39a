/*
 * Orders that no client waits for: those of the kitchen page. POST /orders takes them and
 * DELETE /orders/{id} cancels one; the kitchen's own coroutine cooks them.
 */
#ifndef HOB_HANDLERS_ORDERS_H
#define HOB_HANDLERS_ORDERS_H

#include "hob/runtime.h"
#include "hob/server.h"

/*
 * A coroutine (arg is the struct kitchen) in which what is ordered cooks, to be run beside the
 * server. Ends when it is cancelled.
 */
hob_fn orders_cook;

/*
 * Takes `count` (1 to 1,000; default 1) orders of a `dish`, with a `deadline` in seconds if there
 * is one, and replies with 202 and the numbers of the lanes of those that have begun. For want of
 * memory these may be fewer, and then the reply says how many were refused; if none has begun the
 * status is 503.
 */
hob_handler orders_take;

/*
 * Cancels the order of the lane {id}, as if its client had left. A `worker` in the query says whose
 * order it is: any other one replies with 421.
 */
hob_handler orders_cancel;

#endif
