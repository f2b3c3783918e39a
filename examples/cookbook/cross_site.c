/* Orders that only programs and pages of the shop can place and read. */
#include <hob/hob.h>
#include <stdio.h>

/* Before each handler of the router. */
static int refuse_cross_site(hob_request *req, hob_response *res)
{
    return hob_refuse_cross_site(req, res) ? 0 : hob_next(req, res);
}

static int place_order(hob_request *req, hob_response *res)
{
    (void)req;
    return hob_reply_text(res, 201, "ordered\n");
}

static int list_orders(hob_request *req, hob_response *res)
{
    (void)req;
    return hob_reply_text(res, 200, "green tea\n");
}

static const hob_route routes[] = {
    HOB_ROUTE("POST /orders", place_order),
    HOB_ROUTE("GET /orders", list_orders),
};

int main(void)
{
    static const char *const names[] = {"shop.example"}; /* of the site that a proxy serves */
    hob_router *router;
    hob_server *server;
    const char *refused;
    int socket = hob_listen("127.0.0.1:8080");
    if (socket < 0 || hob_router_new(routes, 2, &router, &refused) < 0)
        return 1;
    hob_server_options options = {
        .handler = hob_router_handle,
        .router = router,
        .sockets = &socket,
        .socket_count = 1,
        .handle_signals = true,
        .allowed_hosts = names,
        .allowed_host_count = 1,
    };
    if (hob_router_use(router, refuse_cross_site) < 0 || hob_server_open(&options, &server) < 0)
        return 1;
    puts("serving");
    fflush(stdout);
    int err = hob_server_run(server);
    hob_server_close(server);
    hob_router_free(router);
    return err < 0;
}
