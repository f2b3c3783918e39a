/*
 * A handler that asks another server two questions at once, with one deadline for both:
 *
 *     offer [ADDRESS]
 *     curl http://ADDRESS/offer
 *
 * The other server is the same program here: one thread serves /offer and both of its questions.
 */
#include <errno.h>
#include <hob/hob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The state of the routes. */
struct shop {
    hob_client *client;
    char market[64]; /* the URL of the server that knows the prices */
};

struct price {
    struct shop *shop;
    const char *item;
    int cents;
};

static int fetch_price(void *arg)
{
    struct price *self = arg;
    char url[128];
    hob_bytes text;
    snprintf(url, sizeof(url), "%s/prices/%s", self->shop->market, self->item);
    int err = hob_fetch_text(self->shop->client, url, &text); /* waits; the thread serves others */
    if (err < 0)
        return err;
    self->cents = (int)strtol((const char *)text.data, NULL, 10);
    hob_bytes_free(&text);
    return 0;
}

static int offer(hob_request *req, hob_response *res)
{
    struct shop *shop = hob_state(req);
    struct price tea = {.shop = shop, .item = "tea"};
    struct price milk = {.shop = shop, .item = "milk"};
    hob_deadline(2); /* seconds for everything below */
    int err = hob_join(hob_async(fetch_price, &tea), hob_async(fetch_price, &milk));
    if (err < 0)
        return err; /* status 504 after two seconds; no response if the client has left */
    return hob_reply_printf(
        res, 200, "text/plain", "tea with milk: %d cents\n", tea.cents + milk.cents);
}

static int price(hob_request *req, hob_response *res)
{
    const char *item = hob_path_value(req, "item");
    int err = hob_sleep(0.2); /* this market is slow */
    if (err < 0 || !item)
        return err < 0 ? err : -ENOENT;
    return hob_reply_text(res, 200, strcmp(item, "tea") == 0 ? "180\n" : "40\n");
}

int main(int argc, char **argv)
{
    const char *address = argc > 1 ? argv[1] : "127.0.0.1:8080";
    struct shop shop;
    snprintf(shop.market, sizeof(shop.market), "http://%s", address);
    int err = hob_client_new(NULL, &shop.client);
    if (err < 0)
        return EXIT_FAILURE;
    const hob_route routes[] = {
        HOB_ROUTE("GET /offer", offer, &shop),
        HOB_ROUTE("GET /prices/{item}", price),
        {0},
    };
    int status = hob_serve(address, routes);
    hob_client_free(shop.client);
    return status;
}
