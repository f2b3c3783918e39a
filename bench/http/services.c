/*
 * Handlers on hob's library for workloads of script/bench that the program hob cannot do: bodies,
 * streams, and orders that wait for one timer, like those of the other servers (hob's own noodles
 * wait for four). /noodles takes SECONDS. It serves HTTP/1.1 and HTTP/2, over TLS if there is a
 * certificate.
 *
 *     services PORT SECONDS [CERTIFICATE KEY]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hob/hob.h"
#include "hob/http2.h"

#define MEBIBYTE ((size_t)1 << 20)

static char mebibyte[MEBIBYTE];
static double seconds;

static int serve_ping(hob_request *req, hob_response *res)
{
    (void)req;
    return hob_reply_text(res, 200, "Hello, world!");
}

static int serve_noodles(hob_request *req, hob_response *res)
{
    (void)req;
    int err = hob_sleep(seconds);
    return err < 0 ? err : hob_reply_text(res, 200, "noodles cooking done\n");
}

static int serve_download(hob_request *req, hob_response *res)
{
    (void)req;
    return hob_reply(res, 200, "text/plain", mebibyte, MEBIBYTE);
}

static int serve_upload(hob_request *req, hob_response *res)
{
    static char part[1 << 16]; /* shared by all requests, since it is never read */
    int size;
    while ((size = hob_body_read(req, part, sizeof(part))) > 0)
        continue;
    return size < 0 ? size : hob_reply_text(res, 200, "Hello, world!");
}

static int serve_stream(hob_request *req, hob_response *res)
{
    (void)req;
    int err = hob_event_stream(res);
    for (int i = 0; i < 10 && err == 0; i++) {
        err = hob_sleep(0.1);
        if (err == 0)
            err = hob_event(res, NULL, NULL, "tick");
    }
    return err;
}

static const hob_route routes[] = {
    HOB_ROUTE("GET /ping", serve_ping),         HOB_ROUTE("GET /noodles", serve_noodles),
    HOB_ROUTE("GET /download", serve_download), HOB_ROUTE("POST /upload", serve_upload),
    HOB_ROUTE("GET /stream", serve_stream),
};

static void fail(const char *what, int err)
{
    fprintf(stderr, "services: %s: %s\n", what, strerror(-err));
    exit(EXIT_FAILURE);
}

static int listen_on(const char *port)
{
    char address[64];
    snprintf(address, sizeof(address), "127.0.0.1:%s", port);
    int listener = hob_listen(address);
    if (listener < 0)
        fail(address, listener);
    return listener;
}

static hob_tls_server *tls_of(const char *certificate_file, const char *key_file)
{
    const hob_tls_certificate certificate = {certificate_file, key_file, NULL};
    const hob_tls_server_options options = {.certificates = &certificate, .certificate_count = 1};
    hob_tls_server *tls;
    int err = hob_tls_server_new(&options, &tls);
    if (err < 0)
        fail(certificate_file, err);
    return tls;
}

int main(int argc, char **argv)
{
    int listener = listen_on(argc >= 3 ? argv[1] : "");
    hob_tls_server *tls = argc == 5 ? tls_of(argv[3], argv[4]) : NULL;
    seconds = strtod(argv[2], NULL);
    hob_server_options options = {
        .handler = hob_router_handle,
        .sockets = &listener,
        .socket_count = 1,
        .tls = &tls,
        .http2 = hob_http2(),
        .handle_signals = true,
    };
    hob_router *router;
    hob_server *server;
    const char *refused;
    memset(mebibyte, 'x', sizeof(mebibyte));
    int err = hob_router_new(routes, sizeof(routes) / sizeof(routes[0]), &router, &refused);
    if (err < 0)
        fail("the routes cannot be used", err);
    options.router = router;
    err = hob_server_open(&options, &server);
    if (err < 0)
        fail("the server cannot be made", err);
    err = hob_server_run(server);
    if (err < 0)
        fail("the server failed", err);
    hob_server_close(server);
    hob_router_free(router);
    hob_tls_server_free(tls);
    return EXIT_SUCCESS;
}
