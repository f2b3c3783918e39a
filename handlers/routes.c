#include "routes.h"

#include "dishes.h"

static const hob_route table[] = {
    {"GET /", serve_menu},           {"GET /french-fries", serve_french_fries},
    {"GET /noodles", serve_noodles}, {"GET /meal", serve_meal},
    {"GET /ping", serve_ping},       {"GET /healthz", serve_health},
};

const hob_route *routes(size_t *count)
{
    *count = sizeof(table) / sizeof(table[0]);
    return table;
}
