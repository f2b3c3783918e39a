#include "hob/router.h"
#include "routes.h"

int serve_menu(hob_request *req, hob_response *res)
{
    char names[UPSTREAM_NAMES_SIZE];
    const struct kitchen *kitchen = hob_state(req);
    bool has_neighbours = kitchen->upstream_count > 0;
    return hob_reply_printf(
        res, 200, HOB_TEXT,
        "hob: one cook, many pans\n"
        "\n"
        "GET /french-fries  %4g s  cut the potatoes, fry them brown, finish\n"
        "GET /noodles       %4g s  boil the egg, prepare and boil the noodles, finish\n"
        "GET /meal          %4g s  both, at the same time\n"
        "%s%s%s"
        "\n"
        "Order as many as you like at once: together they take as long as the longest.\n"
        "Follow an order with curl -N and ?progress, or the whole kitchen in a browser: GET /\n",
        kitchen_time(kitchen, 4), kitchen_time(kitchen, 6), kitchen_time(kitchen, 6),
        has_neighbours ? "GET /delivery/noodles?from=NAME  a neighbour cooks it: " : "",
        upstream_names(kitchen, names), has_neighbours ? "\n" : "");
}
