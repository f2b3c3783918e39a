/* price.h: prices of the market. */
#ifndef PRICE_H
#define PRICE_H

#include <hob/hob.h>

hob_handler serve_price; /* GET /price/{goods}; its state is a hob_client */

#endif
