/* fake_market CENTS SECONDS: a market on a free port, which replies with the price after a time. */
#include <hob/hob.h>
#include <stdio.h>
#include <stdlib.h>

struct price {
    const char *cents;
    double seconds; /* until it is named */
};

static int serve_price(hob_request *req, hob_response *res)
{
    const struct price *price = hob_state(req);
    int err = hob_sleep(price->seconds);
    return err < 0 ? err : hob_reply_printf(res, 200, HOB_TEXT, "%s\n", price->cents);
}

int main(int argc, char **argv)
{
    hob_server *server;
    hob_router *router;
    const char *culprit;
    struct price price = {.cents = argv[1], .seconds = argc == 4 ? strtod(argv[2], NULL) : 0};
    const hob_route route = HOB_ROUTE("GET /potatoes", serve_price, &price);
    int socket = argc == 4 ? hob_listen(argv[3]) : -1;
    if (socket < 0 || hob_router_new(&route, 1, &router, &culprit) < 0)
        return EXIT_FAILURE;
    hob_server_options options = {
        .handler = hob_router_handle,
        .router = router,
        .sockets = &socket,
        .socket_count = 1,
        .handle_signals = true,
    };
    if (hob_server_open(&options, &server) < 0)
        return EXIT_FAILURE;
    puts(hob_server_url(server));
    fflush(stdout);
    int err = hob_server_run(server);
    hob_server_close(server);
    hob_router_free(router);
    return err < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
