/* shop.c: a shop on the web. */
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

static const hob_route routes[] = {
    HOB_ROUTE("GET /tea", serve_tea),
    HOB_ROUTE("GET /price/{goods}", serve_price),
};

int main(void)
{
    return serve("127.0.0.1:8080", routes, sizeof(routes) / sizeof(routes[0]));
}
