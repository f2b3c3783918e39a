/* hob_serve(): a server and its router in one call. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hob/address.h"
#include "hob/log.h"
#include "hob/router.h"

static int failed(const char *what, int err)
{
    hob_log(HOB_LOG_ERROR, "%s: %s", what, strerror(-err));
    return EXIT_FAILURE;
}

/* The socket belongs to this function. */
static int
serve_socket(int socket, const hob_router *router, const hob_server_options *user_options)
{
    hob_server *server;
    hob_server_options options = *user_options;
    options.handler = hob_router_handle;
    options.router = router;
    options.sockets = &socket;
    options.socket_count = 1;
    options.handle_signals = true;
    int err = hob_server_open(&options, &server);
    if (err < 0) {
        close(socket);
        return failed("the server", err);
    }
    hob_log(HOB_LOG_INFO, "serving at %s", hob_server_url(server));
    err = hob_server_run(server);
    hob_server_close(server);
    return err < 0 ? failed("the server", err) : EXIT_SUCCESS;
}

int hob_serve_with(const char *address, const hob_route *routes, const hob_server_options *options)
{
    hob_router *router;
    const char *refused = "the routes";
    int err = hob_router_new(routes, hob_routes_count(routes), &router, &refused);
    if (err < 0)
        return failed(refused, err);
    int socket = hob_listen(address);
    int status = socket < 0 ? failed(address, socket) : serve_socket(socket, router, options);
    hob_router_free(router);
    return status;
}

int hob_serve(const char *address, const hob_route *routes)
{
    return hob_serve_with(address, routes, &(hob_server_options){0});
}
