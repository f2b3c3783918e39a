/*
 * Orders that a neighbour cooks: another hob gets the order over HTTP, with the deadline, and this
 * one waits for the dish.
 */
#ifndef HOB_HANDLERS_DELIVERY_H
#define HOB_HANDLERS_DELIVERY_H

#include "dishes.h"
#include "hob/server.h"
#include "kitchen.h"
#include "upstreams.h"

struct delivery {
    const struct kitchen *kitchen;
    const struct dish *dish;
    const struct upstream *from;
    const char *via; /* the servers that the order has passed, as in the header Via; or NULL */
    int status;      /* of the neighbour's response; 0 if none came */
};

/*
 * Orders the dish, and waits until it is there. Returns 0 and sets *served to the neighbour's
 * words, for hob_bytes_free(). Or returns -ETIMEDOUT if the neighbour has had no time left, -ELOOP
 * if the order goes in circles, -EREMOTEIO if the neighbour has refused it, or an error of
 * hob_fetch_with(), and sets *served to no bytes.
 */
int await_delivery(struct delivery *self, hob_bytes *served);

/*
 * GET /delivery/{dish}?from=NAME: a dish that the upstream NAME cooks. The query may also have
 * `deadline` and `progress`, as for serve_dish(). The reply is 502 or 504 if the neighbour fails or
 * is too slow, and 508 if the order has passed too many hobs.
 */
hob_handler serve_delivery;

#endif
