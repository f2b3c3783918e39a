/*
 * How do I offer metrics?
 *
 *     $ curl -X POST localhost:8080/tea
 *     tea
 *     $ curl localhost:8080/metrics | grep -E '^(tea_cups|hob_http_requests)_total'
 *     hob_http_requests_total{route="other",method="POST",status="200"} 1
 *     tea_cups_total 1
 *
 * With a router, the route is the pattern: "POST /tea".
 */
#include <hob/hob.h>
#include <stdlib.h>
#include <string.h>

struct shop {
    hob_server *server;
    hob_metrics *metrics;
    unsigned cups;
};

static void expose_cups(void *shop, hob_exposition *out)
{
    static const hob_metric cups = {
        .name = "tea_cups", .type = HOB_METRIC_COUNTER, .help = "Cups of tea served."};
    hob_metrics_put(out, &cups, ((struct shop *)shop)->cups);
}

static int handle(hob_request *req, hob_response *res)
{
    struct shop *shop = hob_request_context(req);
    if (strcmp(hob_request_path(req), "/metrics") == 0)
        return hob_metrics_reply(shop->metrics, req, res);
    shop->cups++;
    return hob_reply_text(res, 200, "tea\n");
}

static int run(void *arg)
{
    struct shop *shop = arg;
    hob_metrics_start(shop->metrics); /* measures the lag of the loop */
    return hob_server_run(shop->server);
}

int main(int argc, char **argv)
{
    struct shop shop = {.metrics = hob_metrics_new()};
    int socket = hob_listen(argc > 1 ? argv[1] : "127.0.0.1:8080");
    const hob_server_options options = {
        .handler = handle,
        .context = &shop,
        .sockets = &socket,
        .socket_count = 1,
        .handle_signals = true,
    };
    if (socket < 0 || !shop.metrics || hob_server_open(&options, &shop.server) < 0 ||
        hob_metrics_add(shop.metrics, expose_cups, &shop) < 0 ||
        hob_server_observe(shop.server, hob_metrics_observe, shop.metrics) < 0)
        return EXIT_FAILURE;
    hob_metrics_set_server(shop.metrics, shop.server);
    int err = hob_block_on(run, &shop);
    hob_server_close(shop.server);
    hob_metrics_free(shop.metrics);
    return err < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
