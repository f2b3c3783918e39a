/* ticker.h: a stream of prices. */
#ifndef TICKER_H
#define TICKER_H

#include <hob/hob.h>

hob_handler serve_ticker; /* GET /ticker/{goods}; its state is a hob_client */

#endif
