/* market.c: stands for a server of somebody else, which takes its time to name a price. */
#include <stdio.h>

#include "serve.h"

static int price_potatoes(hob_request *req, hob_response *res)
{
    static int cents = 120;
    char text[32];
    (void)req;
    int err = hob_sleep(0.5);
    if (err < 0)
        return err;
    snprintf(text, sizeof(text), "%d cents\n", cents++); /* prices go up */
    return hob_reply_text(res, 200, text);
}

static const hob_route routes[] = {
    HOB_ROUTE("GET /potatoes", price_potatoes),
};

int main(void)
{
    return serve("127.0.0.1:8081", routes, sizeof(routes) / sizeof(routes[0]));
}
