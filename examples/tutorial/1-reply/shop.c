/* shop.c: a shop on the web. */
#include "serve.h"

static int serve_tea(hob_request *req, hob_response *res)
{
    (void)req;
    return hob_reply_text(res, 200, "tea\n");
}

static const hob_route routes[] = {
    HOB_ROUTE("GET /tea", serve_tea),
};

int main(void)
{
    return serve("127.0.0.1:8080", routes, sizeof(routes) / sizeof(routes[0]));
}
