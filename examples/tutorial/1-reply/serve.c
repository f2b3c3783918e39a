#include "serve.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int failed(const char *what, int err)
{
    fprintf(stderr, "%s: %s\n", what, strerror(-err));
    return 1;
}

static int run(int socket, hob_router *router)
{
    hob_server *server;
    hob_server_options options = {
        .handler = hob_router_handle, /* the router finds the route */
        .router = router,
        .sockets = &socket,
        .socket_count = 1,
        .handle_signals = true, /* Ctrl-C and kill(1) stop it */
        .grace = 5,             /* seconds for its requests then */
    };
    int err = hob_server_open(&options, &server);
    if (err < 0) {
        close(socket);
        return failed("the server", err);
    }
    printf("open at %s\n", hob_server_url(server));
    fflush(stdout);
    err = hob_server_run(server); /* returns when the server has stopped */
    hob_server_close(server);
    return err < 0 ? failed("the server", err) : 0;
}

int serve(const char *address, const hob_route *routes, size_t count)
{
    hob_router *router;
    const char *refused = "the routes";
    int err = hob_router_new(routes, count, &router, &refused);
    if (err < 0)
        return failed(refused, err);
    int socket = hob_listen(address);
    int status = socket < 0 ? failed(address, socket) : run(socket, router);
    hob_router_free(router);
    return status;
}
