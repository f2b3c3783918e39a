/*
 * fake_market CENTS SECONDS ADDRESS [CERTIFICATE KEY]: a market that replies with the price after a
 * time, over https if it has a certificate.
 */
#include <hob/hob.h>
#include <hob/tls.h>
#include <stdio.h>
#include <stdlib.h>

struct price {
    const char *cents;
    double seconds; /* until it is named */
};

static int serve_price(hob_request *req, hob_response *res)
{
    const struct price *price = hob_state(req);
    int err = hob_sleep(price->seconds);
    return err < 0 ? err : hob_reply_printf(res, 200, HOB_TEXT, "%s\n", price->cents);
}

static int make_tls(const char *certificate, const char *key, hob_tls_server **tls)
{
    const hob_tls_certificate pair = {.certificate_file = certificate, .key_file = key};
    const hob_tls_server_options options = {.certificates = &pair, .certificate_count = 1};
    return hob_tls_server_new(&options, tls);
}

int main(int argc, char **argv)
{
    hob_server *server;
    hob_router *router;
    const char *refused;
    hob_tls_server *tls = NULL;
    bool known = argc == 4 || argc == 6;
    struct price price = {.cents = argv[1], .seconds = known ? strtod(argv[2], NULL) : 0};
    const hob_route route = HOB_ROUTE("GET /potatoes", serve_price, &price);
    int socket = known ? hob_listen(argv[3]) : -1;
    if (socket < 0 || hob_router_new(&route, 1, &router, &refused) < 0)
        return EXIT_FAILURE;
    if (argc == 6 && make_tls(argv[4], argv[5], &tls) < 0)
        return EXIT_FAILURE;
    hob_server_options options = {
        .handler = hob_router_handle,
        .router = router,
        .sockets = &socket,
        .socket_count = 1,
        .tls = &tls,
        .handle_signals = true,
    };
    if (hob_server_open(&options, &server) < 0)
        return EXIT_FAILURE;
    puts(hob_server_url(server));
    fflush(stdout);
    int err = hob_server_run(server);
    hob_server_close(server);
    hob_router_free(router);
    hob_tls_server_free(tls);
    return err < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
