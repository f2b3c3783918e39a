/* shop.c: a shop on the web. */
#include <stdlib.h>

#include "price.h"
#include "serve.h"

static int serve_tea(hob_request *req, hob_response *res)
{
    (void)req;
    int err = hob_sleep(2); /* the tea steeps */
    if (err < 0)
        return err; /* the guest has left */
    return hob_reply_text(res, 200, "tea\n");
}

int main(void)
{
    hob_client *client;
    if (hob_client_new(NULL, &client) < 0)
        return EXIT_FAILURE;
    const hob_route routes[] = {
        HOB_ROUTE("GET /tea", serve_tea),
        HOB_ROUTE("GET /price/{goods}", serve_price, client),
    };
    int status = serve("127.0.0.1:8080", routes, sizeof(routes) / sizeof(routes[0]));
    hob_client_free(client);
    return status;
}
