#include "routes.h"

#include "dishes.h"
#include "feed.h"
#include "health.h"
#include "metrics.h"
#include "orders.h"
#include "page.h"
#include "trace_file.h"

static const hob_route table[] = {
    HOB_ROUTE("GET /", serve_front),
    HOB_ROUTE("GET /french-fries", serve_french_fries),
    HOB_ROUTE("GET /noodles", serve_noodles),
    HOB_ROUTE("GET /meal", serve_meal),
    HOB_ROUTE("GET /ping", serve_ping),

    /* What the page at / is made of. */
    HOB_ROUTE("GET /kitchen/events", feed_kitchen),
    HOB_ROUTE("GET /recipes/{dish}", serve_recipe),
    HOB_ROUTE("POST /orders", orders_take),
    HOB_ROUTE("DELETE /orders/{id}", orders_cancel),

    /* What operators ask for. */
    HOB_ROUTE("GET /healthz", serve_health),
    HOB_ROUTE("GET /readyz", serve_readiness),
    HOB_ROUTE("GET /metrics", serve_metrics),
    HOB_ROUTE("GET /trace.json", serve_trace),
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
