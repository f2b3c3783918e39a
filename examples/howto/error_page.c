/*
 * How do I reply to errors with pages of my own?
 *
 *     $ curl localhost:8080/nothing
 *     <h1>404</h1><p>There is nothing here.</p>
 *     $ curl localhost:8080/broken
 *     <h1>503</h1><p>Please come back later.</p>
 *
 * It is called for errors of handlers, of the router and of the server, such as 404 and 408.
 */
#include <errno.h>
#include <hob/hob.h>
#include <stdlib.h>

static int reply_page(hob_request *req, hob_response *res, int status, const char *detail)
{
    (void)req;
    (void)detail; /* a phrase in English, or NULL: for logs, or for programs */
    return hob_reply_printf(
        res, status, HOB_HTML, "<h1>%d</h1><p>%s</p>\n", status,
        status == 404 ? "There is nothing here." : "Please come back later.");
}

static int serve_broken(hob_request *req, hob_response *res)
{
    (void)req;
    (void)res;
    return -EAGAIN;
}

int main(int argc, char **argv)
{
    const hob_route routes[] = {HOB_ROUTE("GET /broken", serve_broken), {0}};
    const hob_server_options options = {.error_page = reply_page};
    return hob_serve_with(argc > 1 ? argv[1] : "127.0.0.1:8080", routes, &options);
}
