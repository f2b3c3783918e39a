/*
 * How do I call another service?
 *
 *     $ curl localhost:8080/offer
 *     tea costs 180 cents
 */
#include <hob/hob.h>
#include <stdlib.h>

struct shop {
    hob_client *client;
    const char *market; /* the address of the other service */
};

static int offer(hob_request *req, hob_response *res)
{
    const struct shop *shop = hob_state(req);
    const hob_fetch_request request = {.url = "http://market/tea", .address = shop->market};
    hob_fetched *price;
    hob_bytes cents = {0};
    hob_deadline(2); /* seconds for all that follows; then the client gets status 504 */
    int err = hob_fetch_with(shop->client, &request, &price); /* other requests run meanwhile */
    if (err == 0 && hob_fetched_status(price) != 200)
        err = hob_reply_error(res, 502, "the market has no price");
    else if (err == 0 && (err = hob_fetched_body(price, &cents)) == 0)
        err = hob_reply_printf(res, 200, HOB_TEXT, "tea costs %s cents\n", cents.data);
    hob_bytes_free(&cents);
    return err; /* a server that does not answer becomes status 502 */
}

/* The other service is the same program here. */
static int serve_price(hob_request *req, hob_response *res)
{
    (void)req;
    return hob_reply_text(res, 200, "180");
}

int main(int argc, char **argv)
{
    struct shop shop = {.market = argc > 1 ? argv[1] : "127.0.0.1:8080"};
    if (hob_client_new(NULL, &shop.client) < 0) /* it keeps connections: one is enough */
        return EXIT_FAILURE;
    const hob_route routes[] = {
        HOB_ROUTE("GET /offer", offer, &shop),
        HOB_ROUTE("GET /tea", serve_price),
        {0},
    };
    int status = hob_serve(shop.market, routes);
    hob_client_free(shop.client);
    return status;
}
