/*
 * How do I mount a router below a prefix?
 *
 *     $ curl localhost:8080/api/v1/tea
 *     green tea
 *     $ curl localhost:8080/api/v2/tea
 *     green tea
 *     $ curl localhost:8080/tea
 *     404 Not Found
 */
#include <hob/hob.h>
#include <stdlib.h>

static int serve_tea(hob_request *req, hob_response *res)
{
    (void)req;
    return hob_reply_text(res, 200, "green tea\n");
}

/* A part of the service, which need not know where it is mounted. */
static hob_router *make_goods(void)
{
    hob_router *router = NULL;
    const char *refused;
    const hob_route routes[] = {HOB_ROUTE("GET /tea", serve_tea)};
    hob_router_new(routes, 1, &router, &refused);
    return router;
}

static hob_router *make_site(hob_router *goods)
{
    hob_router *site;
    const char *refused;
    if (hob_router_new(NULL, 0, &site, &refused) < 0)
        return NULL;
    if (hob_router_mount(site, "/api/v1", goods) < 0 ||
        hob_router_mount(site, "/api/v2", goods) < 0) {
        hob_router_free(site);
        return NULL;
    }
    return site;
}

int main(int argc, char **argv)
{
    hob_router *goods = make_goods();
    hob_router *site = goods ? make_site(goods) : NULL;
    int socket = hob_listen(argc > 1 ? argv[1] : "127.0.0.1:8080");
    hob_server *server;
    const hob_server_options options = {
        .handler = hob_router_handle,
        .router = site,
        .sockets = &socket,
        .socket_count = 1,
        .handle_signals = true,
    };
    if (!site || socket < 0 || hob_server_open(&options, &server) < 0)
        return EXIT_FAILURE;
    int err = hob_server_run(server);
    hob_server_close(server);
    hob_router_free(site);
    hob_router_free(goods); /* its routes were copied */
    return err < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
