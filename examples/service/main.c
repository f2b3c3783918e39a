/* pricewatch: asks several markets at once what something costs. */
#include <errno.h>
#include <hob/hob.h>
#include <hob/tls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "news.h"
#include "offers.h"
#include "options.h"

struct service {
    struct news *news;
    hob_server *server;
};

/* news_watch() is a child of this coroutine: it watches the prices while the server runs. */
static int run(void *arg)
{
    struct service *self = arg;
    hob_start(news_watch, self->news);
    return hob_server_run(self->server);
}

static int failed(const char *what, int err)
{
    fprintf(stderr, "pricewatch: %s: %s\n", what, strerror(-err));
    return EXIT_FAILURE;
}

/* Takes over the socket. */
static int serve(int socket, const hob_router *router, struct news *news)
{
    struct service service = {.news = news};
    const hob_server_options options = {
        .handler = hob_router_handle,
        .router = router,
        .sockets = &socket,
        .socket_count = 1,
        .handle_signals = true,
        .grace = 10,
    };
    int err = hob_server_open(&options, &service.server);
    if (err < 0) {
        close(socket);
        return failed("the server", err);
    }
    printf("pricewatch listens on %s\n", hob_server_url(service.server));
    fflush(stdout);
    err = hob_block_on(run, &service);
    hob_server_close(service.server);
    return err < 0 ? failed("the server", err) : EXIT_SUCCESS;
}

/* Returns 0, or a negative errno, and what it was about. */
static int
make_router(struct markets *markets, struct news *news, hob_router **router, const char **refused)
{
    const hob_route routes[] = {
        HOB_ROUTE("GET /offers/{goods}", serve_offers, markets),
        HOB_ROUTE("GET /news", serve_news, news),
        HOB_ROUTE("GET /healthz", serve_health, news),
    };
    *refused = "the routes";
    if (!news->prices)
        return -ENOMEM;
    return hob_router_new(routes, sizeof(routes) / sizeof(routes[0]), router, refused);
}

/* A client for http and https. Returns false after a message. */
static bool make_client(hob_tls **tls, hob_client **client)
{
    hob_error error;
    int err = hob_tls_new(&(hob_tls_options){.error = &error}, tls);
    if (err < 0) {
        failed(error.text, err);
        return false;
    }
    err = hob_client_new(&(hob_client_options){.tls = *tls}, client);
    if (err < 0)
        failed("the client", err);
    return err == 0;
}

int main(int argc, char **argv)
{
    struct options options = options_parse(argc, argv);
    struct markets markets = {NULL, options.markets, options.market_count, options.patience};
    struct news news = {
        .markets = &markets,
        .goods = options.watch,
        .interval = options.interval,
        .prices = hob_topic_new(1),
    };
    hob_tls *tls;
    hob_router *router;
    const char *refused;
    if (!make_client(&tls, &markets.client))
        return EXIT_FAILURE;
    int err = make_router(&markets, &news, &router, &refused);
    if (err < 0)
        return failed(refused, err);
    int socket = hob_listen(options.listen);
    int status = socket < 0 ? failed(options.listen, socket) : serve(socket, router, &news);
    hob_router_free(router);
    hob_topic_free(news.prices);
    hob_client_free(markets.client);
    hob_tls_free(tls);
    return status;
}
