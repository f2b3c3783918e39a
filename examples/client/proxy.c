/* A reverse proxy: every request goes to the upstream. */
#include <hob/hob.h>
#include <stdlib.h>

static int pass_on(hob_request *req, hob_response *res)
{
    return hob_proxy(req, res, hob_request_context(req), "http://127.0.0.1:8081");
}

int main(void)
{
    hob_client *client;
    hob_server *server;
    int socket = hob_listen("127.0.0.1:8080");
    if (socket < 0 || hob_client_new(NULL, &client) < 0)
        return EXIT_FAILURE;
    const hob_server_options options = {
        .handler = pass_on,
        .context = client,
        .sockets = &socket,
        .socket_count = 1,
        .body_limit = 64 * 1024 * 1024,
        .handle_signals = true,
    };
    int err = hob_server_open(&options, &server);
    if (err == 0) {
        err = hob_server_run(server);
        hob_server_close(server);
    }
    hob_client_free(client);
    return err < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
