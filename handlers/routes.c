#include "routes.h"

#include "dishes.h"
#include "feed.h"
#include "health.h"
#include "orders.h"
#include "page.h"
#include "trace_file.h"

static const hob_route table[] = {
    {"GET /", serve_front},
    {"GET /french-fries", serve_french_fries},
    {"GET /noodles", serve_noodles},
    {"GET /meal", serve_meal},
    {"GET /ping", serve_ping},
    {"GET /healthz", serve_health},
    {"GET /readyz", serve_readiness},

    /* What the page at / is made of. */
    {"GET /kitchen/events", feed_kitchen},
    {"GET /recipes/{dish}", serve_recipe},
    {"POST /orders", orders_take},
    {"DELETE /orders/{id}", orders_cancel},
    {"GET /trace.json", serve_trace},
};

const hob_route *routes(size_t *count)
{
    *count = sizeof(table) / sizeof(table[0]);
    return table;
}
