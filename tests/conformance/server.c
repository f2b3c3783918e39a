/*
 * usage: conformance_server [http2]
 *
 * A server for the cases, on a free port. GET / and POST / read the body and reply with the path;
 * the other paths are for cases that need another handler. With "http2" it also speaks HTTP/2.
 */
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hob/hob.h"
#include "hob/http2.h"

static int read_and_reply(hob_request *req, hob_response *res)
{
    char dropped[512];
    int received;
    do
        received = hob_body_read(req, dropped, sizeof(dropped));
    while (received > 0);
    if (received < 0)
        return received;
    const char *path = hob_request_path(req);
    return path ? hob_reply_text(res, 200, path) : -ENOMEM;
}

static int reply_without_reading(hob_request *req, hob_response *res)
{
    (void)req;
    return hob_reply_text(res, 200, "ok");
}

static int wait_until_cancelled(hob_request *req, hob_response *res)
{
    (void)req;
    (void)res;
    return hob_sleep(INFINITY);
}

/* GET /204: with that status, and content that must not be sent. */
static int reply_status(hob_request *req, hob_response *res)
{
    const char *path = hob_request_path(req);
    return path ? hob_reply_text(res, (int)strtol(path + 1, NULL, 10), "content") : -ENOMEM;
}

static const hob_http2_framing *http2(void)
{
#ifdef HOB_HTTP2
    return hob_http2();
#else
    return NULL;
#endif
}

static const hob_route routes[] = {
    HOB_ROUTE("GET /", read_and_reply),
    HOB_ROUTE("POST /", read_and_reply),
    HOB_ROUTE("POST /unread", reply_without_reading),
    HOB_ROUTE("GET /204", reply_status),
    HOB_ROUTE("GET /205", reply_status),
    HOB_ROUTE("GET /304", reply_status),
    HOB_ROUTE("GET /wait", wait_until_cancelled),
    HOB_ROUTE("GET /a/b", read_and_reply),
    HOB_ROUTE("GET /probe", read_and_reply),
    HOB_ROUTE("GET /smuggled", read_and_reply),
};

int main(int argc, char **argv)
{
    (void)argv;
    hob_router *router;
    hob_server *server;
    const char *refused;
    if (hob_router_new(routes, sizeof(routes) / sizeof(routes[0]), &router, &refused) < 0)
        return EXIT_FAILURE;
    int err = hob_server_open(
        &(hob_server_options){
            .handler = hob_router_handle,
            .body_limit = SIZE_MAX, /* some cases announce a lot */
            .router = router,
            .grace = 1,
            .handle_signals = true,
            .http2 = argc > 1 ? http2() : NULL,
        },
        &server);
    if (err == 0) {
        printf("hob listens on %s\n", hob_server_url(server));
        fflush(stdout);
        err = hob_server_run(server);
        hob_server_close(server);
    }
    hob_router_free(router);
    return err < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
