#include "routes.h"

#include "delivery.h"
#include "dishes.h"
#include "orders.h"

int routes_for_guests(struct kitchen *kitchen, hob_router **router)
{
    const char *refused;
    const hob_route routes[] = {
        HOB_ROUTE("GET /", serve_front, kitchen),
        HOB_ROUTE("GET /french-fries", serve_french_fries, kitchen),
        HOB_ROUTE("GET /noodles", serve_noodles, kitchen),
        HOB_ROUTE("GET /meal", serve_meal, kitchen),
        HOB_ROUTE("GET /delivery/{dish}", serve_delivery, kitchen),
        HOB_ROUTE("GET /ping", serve_ping),

        /* For the page at /. */
        HOB_ROUTE("GET /kitchen/events", serve_events, kitchen),
        HOB_ROUTE("GET /recipes/{dish}", serve_recipe),
        HOB_ROUTE("POST /orders", orders_take, kitchen),
        HOB_ROUTE("DELETE /orders/{id}", orders_cancel, kitchen),
    };
    return hob_router_new(routes, sizeof(routes) / sizeof(routes[0]), router, &refused);
}

int routes_for_operators(struct kitchen *kitchen, hob_router **router)
{
    const char *refused;
    const hob_route routes[] = {
        HOB_ROUTE("GET /healthz", serve_health),
        HOB_ROUTE("GET /readyz", serve_readiness, kitchen),
        HOB_ROUTE("GET /metrics", serve_metrics, kitchen),
        HOB_ROUTE("GET /trace.json", serve_trace, kitchen),
    };
    return hob_router_new(routes, sizeof(routes) / sizeof(routes[0]), router, &refused);
}

int routes_for_all(struct kitchen *kitchen, hob_router **router)
{
    hob_router *operators;
    int err = routes_for_operators(kitchen, &operators);
    if (err < 0)
        return err;
    err = routes_for_guests(kitchen, router);
    if (err == 0)
        err = hob_router_mount(*router, "", operators);
    hob_router_free(operators);
    return err;
}
