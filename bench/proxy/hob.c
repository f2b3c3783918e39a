/* proxy-hob PORT UPSTREAM: hob_proxy() as the handler of all requests. */
#include <stdio.h>
#include <stdlib.h>

#include "hob/hob.h"
#include "hob/proxy.h"

struct proxy {
    hob_client *client;
    const char *upstream; /* "http://127.0.0.1:PORT" */
};

static int pass_on(hob_request *req, hob_response *res)
{
    const struct proxy *self = hob_request_context(req);
    return hob_proxy(req, res, self->client, self->upstream);
}

int main(int argc, char **argv)
{
    char address[64];
    struct proxy self = {.upstream = argc == 3 ? argv[2] : ""};
    hob_server *server;
    snprintf(address, sizeof(address), "127.0.0.1:%s", argc == 3 ? argv[1] : "");
    int socket = hob_listen(address);
    const hob_server_options options = {
        .handler = pass_on, .context = &self, .sockets = &socket, .socket_count = 1};
    if (socket < 0 || hob_client_new(NULL, &self.client) < 0 ||
        hob_server_open(&options, &server) < 0)
        return EXIT_FAILURE;
    return hob_server_run(server) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
