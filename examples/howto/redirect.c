/*
 * How do I redirect?
 *
 *     $ curl -w '%{http_code} %{redirect_url}\n' -o /dev/null localhost:8080/old
 *     301 http://localhost:8080/new
 *     $ curl -L -d tea localhost:8080/orders
 *     thank you
 */
#include <hob/hob.h>

static int serve_old(hob_request *req, hob_response *res)
{
    (void)req;
    return hob_redirect(res, 301, "/new"); /* permanently */
}

/* Post, redirect, get: to load the page again does not send the order again. */
static int take_order(hob_request *req, hob_response *res)
{
    (void)req;
    return hob_redirect(res, 303, "/thanks");
}

static int thank(hob_request *req, hob_response *res)
{
    (void)req;
    return hob_reply_text(res, 200, "thank you\n");
}

int main(int argc, char **argv)
{
    const hob_route routes[] = {
        HOB_ROUTE("GET /old", serve_old),
        HOB_ROUTE("POST /orders", take_order),
        HOB_ROUTE("GET /thanks", thank),
        {0},
    };
    return hob_serve(argc > 1 ? argv[1] : "127.0.0.1:8080", routes);
}
