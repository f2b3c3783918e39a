/* market.c: stands for a slow server of another company, which has the prices. */
#include "serve.h"

static int price_potatoes(hob_request *req, hob_response *res)
{
    static int cents = 120;
    (void)req;
    int err = hob_sleep(0.5);
    if (err < 0)
        return err;
    return hob_reply_printf(res, 200, HOB_TEXT, "%d cents\n", cents++); /* prices go up */
}

static const hob_route routes[] = {
    HOB_ROUTE("GET /potatoes", price_potatoes),
};

int main(void)
{
    return serve("127.0.0.1:8081", routes, sizeof(routes) / sizeof(routes[0]));
}
