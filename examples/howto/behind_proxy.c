/*
 * How do I find the client behind a proxy?
 *
 *     $ curl -H 'X-Forwarded-For: 192.0.2.7' -H 'X-Forwarded-Proto: https' localhost:8080/
 *     https request of 192.0.2.7
 */
#include <hob/hob.h>
#include <stdlib.h>

static int show_client(hob_request *req, hob_response *res)
{
    char client[HOB_PEER_SIZE];
    hob_request_client(req, client, sizeof(client));
    return hob_reply_printf(
        res, 200, HOB_TEXT, "%s request of %s\n", hob_request_scheme(req), client);
}

int main(int argc, char **argv)
{
    hob_network proxies[2];
    if (hob_network_parse("127.0.0.0/8", &proxies[0]) < 0 ||
        hob_network_parse("unix:", &proxies[1]) < 0)
        return EXIT_FAILURE;
    const hob_route routes[] = {HOB_ROUTE("GET /", show_client), {0}};
    const hob_server_options options = {
        .trusted_proxies = proxies, /* all others could send any X-Forwarded-For */
        .trusted_proxy_count = 2,
    };
    return hob_serve_with(argc > 1 ? argv[1] : "127.0.0.1:8080", routes, &options);
}
