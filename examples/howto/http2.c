/*
 * How do I speak HTTP/2?
 *
 *     $ curl --http2-prior-knowledge localhost:8080/
 *     hello by HTTP/2.0
 *     $ curl localhost:8080/
 *     hello by HTTP/1.1
 *
 * It links hob::http2 (hob-http2 in pkg-config), which loads nghttp2.
 */
#include <hob/hob.h>
#include <hob/http2.h>

static int greet(hob_request *req, hob_response *res)
{
    return hob_reply_printf(res, 200, HOB_TEXT, "hello by %s\n", hob_request_protocol(req));
}

int main(int argc, char **argv)
{
    const hob_route routes[] = {HOB_ROUTE("GET /", greet), {0}};
    const hob_server_options options = {.http2 = hob_http2()};
    return hob_serve_with(argc > 1 ? argv[1] : "127.0.0.1:8080", routes, &options);
}
