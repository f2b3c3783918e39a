/*
 * How do I share state between handlers?
 *
 *     $ curl -X POST localhost:8080/visits
 *     1 visits
 *     $ curl localhost:8080/visits
 *     1 visits
 */
#include <hob/hob.h>

/* All handlers run on one thread, so no lock guards it. */
struct shop {
    unsigned visits;
};

static int show_visits(hob_request *req, hob_response *res)
{
    const struct shop *shop = hob_state(req); /* the state of the route */
    return hob_reply_printf(res, 200, HOB_TEXT, "%u visits\n", shop->visits);
}

static int count_visit(hob_request *req, hob_response *res)
{
    struct shop *shop = hob_state(req);
    shop->visits++;
    return show_visits(req, res);
}

int main(int argc, char **argv)
{
    struct shop shop = {0};
    const hob_route routes[] = {
        HOB_ROUTE("GET /visits", show_visits, &shop),
        HOB_ROUTE("POST /visits", count_visit, &shop),
        {0},
    };
    return hob_serve(argc > 1 ? argv[1] : "127.0.0.1:8080", routes);
}
