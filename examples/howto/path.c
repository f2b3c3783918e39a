/*
 * How do I read path parameters?
 *
 *     $ curl localhost:8080/users/ali/orders/7
 *     order 7 of ali
 *     $ curl localhost:8080/docs/tea/green.txt
 *     the rest of the path is tea/green.txt
 *     $ curl localhost:8080/users
 *     404 Not Found
 */
#include <hob/hob.h>

static int show_order(hob_request *req, hob_response *res)
{
    return hob_reply_printf(
        res, 200, HOB_TEXT, "order %s of %s\n", hob_path_value(req, "id"),
        hob_path_value(req, "user"));
}

static int show_rest(hob_request *req, hob_response *res)
{
    return hob_reply_printf(
        res, 200, HOB_TEXT, "the rest of the path is %s\n", hob_path_value(req, "path"));
}

int main(int argc, char **argv)
{
    const hob_route routes[] = {
        HOB_ROUTE("GET /users/{user}/orders/{id}", show_order),
        HOB_ROUTE("GET /docs/{path...}", show_rest),
        {0},
    };
    return hob_serve(argc > 1 ? argv[1] : "127.0.0.1:8080", routes);
}
