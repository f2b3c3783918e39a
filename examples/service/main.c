/* pricewatch: asks several markets at once what something costs. */
#include <hob/hob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "news.h"
#include "offers.h"
#include "options.h"

static const hob_route routes[] = {
    HOB_ROUTE("GET /offers/{goods}", serve_offers),
    HOB_ROUTE("GET /news", serve_news),
    HOB_ROUTE("GET /healthz", serve_health),
};

/* The prices are watched for as long as the server runs, and no longer: news_watch() is its child.
 */
static int run(void *server)
{
    hob_async(news_watch, NULL);
    return hob_server_run(server);
}

static int failed(const char *what, int err)
{
    fprintf(stderr, "pricewatch: %s: %s\n", what, strerror(-err));
    return EXIT_FAILURE;
}

static int serve(int socket, hob_router *router)
{
    hob_server *server;
    hob_server_options options = {
        .handler = hob_router_handle,
        .router = router,
        .sockets = &socket,
        .socket_count = 1,
        .handle_signals = true,
        .grace = 10,
    };
    int err = hob_server_open(&options, &server);
    if (err < 0) {
        close(socket);
        return failed("the server", err);
    }
    printf("pricewatch listens on %s\n", hob_server_url(server));
    fflush(stdout);
    err = hob_block_on(run, server);
    hob_server_close(server);
    return err < 0 ? failed("the server", err) : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    struct options options = options_parse(argc, argv);
    hob_router *router;
    const char *culprit = "the routes";
    signal(SIGPIPE, SIG_IGN); /* for hob_write() to a market that has gone */
    offers_from(options.markets, options.market_count, options.patience);
    news_about(options.watch, options.interval);
    int err = hob_router_new(routes, sizeof(routes) / sizeof(routes[0]), &router, &culprit);
    if (err < 0)
        return failed(culprit, err);
    int socket = hob_listen(options.listen);
    int status = socket < 0 ? failed(options.listen, socket) : serve(socket, router);
    hob_router_free(router);
    return status;
}
