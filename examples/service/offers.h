/* offers.h: what all markets say to the same question. */
#ifndef OFFERS_H
#define OFFERS_H

#include <hob/hob.h>

#include "market.h"

struct offers {
    size_t count;
    struct offer all[MARKETS_MAX];
};

/* The markets to ask: the state of serve_offers(). */
struct markets {
    hob_client *client;
    const struct market *all;
    size_t count;
    double patience; /* seconds that each of them has */
};

/*
 * Asks all markets at the same time, each for no longer than the patience: so it takes as long as
 * the slowest, and at most that. Returns 0, -ECANCELED, -ETIMEDOUT or -ENOMEM.
 */
int offers_gather(struct offers *self, const struct markets *markets, const char *goods);

/* The lowest of them; NULL if no market has named a price. */
const struct offer *offers_best(const struct offers *self);

hob_handler serve_offers; /* GET /offers/{goods} */

#endif
