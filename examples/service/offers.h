/* offers.h: what all markets say to the same question. */
#ifndef OFFERS_H
#define OFFERS_H

#include <hob/hob.h>

#include "market.h"

struct offers {
    size_t count;
    struct offer all[MARKETS_AT_MOST];
};

/* Whom to ask, and for how long. To be called before the first question; `all` must outlive them.
 */
void offers_from(const struct market *all, size_t count, double patience);

/*
 * Asks all markets at the same time, each for no longer than the patience: so it takes as long as
 * the slowest, and at most that. Returns 0, -ECANCELED, -ETIMEDOUT or -ENOMEM.
 */
int offers_gather(struct offers *self, const char *goods);

/* The lowest of them; NULL if no market has named a price. */
const struct offer *offers_best(const struct offers *self);

hob_handler serve_offers; /* GET /offers/{goods} */

#endif
