/* A service with two routes: one waits, one streams. With -DHTTP2 it speaks HTTP/2 as well. */
#include <hob/hob.h>
#include <hob/http2.h>
#include <stdio.h>

static int serve_tea(hob_request *req, hob_response *res)
{
    (void)req;
    int err = hob_sleep(0.1);
    return err < 0 ? err : hob_reply_text(res, 200, "tea\n");
}

static int serve_countdown(hob_request *req, hob_response *res)
{
    (void)req;
    int err = hob_stream(res, 200, "text/plain");
    for (int i = 3; i > 0 && err == 0; i--) {
        char line[16];
        int length = snprintf(line, sizeof(line), "%d\n", i);
        err = hob_send(res, line, (size_t)length);
        if (err == 0)
            err = hob_sleep(0.01);
    }
    return err;
}

int main(void)
{
    static const hob_route routes[] = {
        HOB_ROUTE("GET /tea", serve_tea),
        HOB_ROUTE("GET /countdown", serve_countdown),
    };
    hob_router *router;
    hob_server *server;
    const char *refused;
    if (hob_router_new(routes, sizeof(routes) / sizeof(routes[0]), &router, &refused) < 0)
        return 1;
    hob_server_options options = {
        .handler = hob_router_handle, .router = router, .handle_signals = true, .grace = 5};
#ifdef HTTP2
    options.http2 = hob_http2();
#endif
    if (hob_server_open(&options, &server) < 0)
        return 1;
    puts(hob_server_url(server));
    fflush(stdout);
    int err = hob_server_run(server);
    hob_server_close(server);
    hob_router_free(router);
    return err < 0;
}
