#include "routes.h"

#include "dishes.h"
#include "feed.h"
#include "health.h"
#include "metrics.h"
#include "orders.h"
#include "page.h"
#include "trace_file.h"

static const hob_route table[] = {
    {"GET /", serve_front},
    {"GET /french-fries", serve_french_fries},
    {"GET /noodles", serve_noodles},
    {"GET /meal", serve_meal},
    {"GET /ping", serve_ping},

    /* What the page at / is made of. */
    {"GET /kitchen/events", feed_kitchen},
    {"GET /recipes/{dish}", serve_recipe},
    {"POST /orders", orders_take},
    {"DELETE /orders/{id}", orders_cancel},

    /* What operators ask for. */
    {"GET /healthz", serve_health},
    {"GET /readyz", serve_readiness},
    {"GET /metrics", serve_metrics},
    {"GET /trace.json", serve_trace},
};

enum {
    ROUTES = sizeof(table) / sizeof(table[0]),
    FOR_OPERATORS = 4, /* the last ones */
};

const hob_route *routes(size_t *count)
{
    *count = ROUTES;
    return table;
}

const hob_route *routes_for_guests(size_t *count)
{
    *count = ROUTES - FOR_OPERATORS;
    return table;
}

const hob_route *routes_for_operators(size_t *count)
{
    *count = FOR_OPERATORS;
    return table + ROUTES - FOR_OPERATORS;
}
