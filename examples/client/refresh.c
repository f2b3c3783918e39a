/* Background refresh: no request waits for the upstream. */
#include <hob/hob.h>
#include <stdlib.h>
#include <string.h>

struct tea {
    hob_client *client;
    hob_server *server;
    hob_bytes latest;
};

static int refresh_for_ever(void *arg)
{
    struct tea *self = arg;
    int err = 0;
    while (err == 0) {
        hob_bytes text;
        if (hob_fetch_text(self->client, "http://127.0.0.1:8081/goods/tea", &text) == 0) {
            hob_bytes_free(&self->latest);
            self->latest = text;
        } else {
            hob_log(HOB_LOG_WARN, "%s", hob_fetch_error(self->client));
        }
        err = hob_sleep(1);
    }
    return err;
}

static int serve_tea(hob_request *req, hob_response *res)
{
    const struct tea *self = hob_state(req);
    if (!self->latest.data)
        return hob_reply_error(res, 503, "there is no tea yet");
    return hob_reply_text(res, 200, self->latest.data);
}

static int run(void *arg)
{
    struct tea *self = arg;
    hob_start(refresh_for_ever, self); /* for as long as the server runs */
    return hob_server_run(self->server);
}

int main(void)
{
    struct tea tea = {0};
    hob_router *router;
    const char *refused;
    const hob_route routes[] = {HOB_ROUTE("GET /tea", serve_tea, &tea)};
    int socket = hob_listen("127.0.0.1:8080");
    if (socket < 0 || hob_client_new(NULL, &tea.client) < 0 ||
        hob_router_new(routes, 1, &router, &refused) < 0)
        return EXIT_FAILURE;
    const hob_server_options options = {
        .handler = hob_router_handle,
        .router = router,
        .sockets = &socket,
        .socket_count = 1,
        .handle_signals = true,
    };
    if (hob_server_open(&options, &tea.server) < 0)
        return EXIT_FAILURE;
    int err = hob_block_on(run, &tea);
    hob_server_close(tea.server);
    hob_router_free(router);
    hob_client_free(tea.client);
    hob_bytes_free(&tea.latest);
    return err < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
