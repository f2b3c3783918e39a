/* price.h: prices of the market. */
#ifndef PRICE_H
#define PRICE_H

#include <hob/hob.h>

/*
 * Asks the market for a price, such as "120 cents", for up to a second. Returns 200,
 * another status that the market has sent, or a negative errno: -ETIMEDOUT if it was too slow.
 */
int find_price(hob_client *client, const char *goods, char *price, size_t size);

hob_handler serve_price; /* GET /price/{goods}; its state is a hob_client */

#endif
