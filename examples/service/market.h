/* market.h: a server that has the prices. */
#ifndef MARKET_H
#define MARKET_H

#include <hob/hob.h>
#include <stdbool.h>

enum { MARKETS_MAX = 16, GOODS_LENGTH_MAX = 30, SITE_LENGTH_MAX = 200 };

struct market {
    const char *name;
    const char *address; /* "127.0.0.1:8081": see hob/address.h; NULL if it has a site */
    const char *site;    /* "https://market.example"; NULL if it has an address */
};

/* The reply of a market to a question. */
struct offer {
    hob_client *client;
    const struct market *market;
    const char *goods;
    double patience; /* seconds that the market has */
    int result;      /* 0, or the negative errno why there is no price */
    long cents;      /* if it is 0 */
};

/*
 * A coroutine: asks the offer's market. A market that is late, closed or sends nonsense is no error
 * here, but in offer->result. Returns 0, or -ECANCELED.
 */
int ask_market(void *offer);

/* Whether a market can be asked for it: a word of letters, digits and dashes. */
bool goods_are_valid(const char *goods);

#endif
