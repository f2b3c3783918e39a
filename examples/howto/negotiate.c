/*
 * How do I reply with the type that the client prefers?
 *
 *     $ curl -H 'Accept: application/json' localhost:8080/tea
 *     {"cents":180}
 *     $ curl -H 'Accept: text/html, application/json;q=0.5' localhost:8080/tea
 *     <p>tea costs 180 cents</p>
 */
#include <hob/hob.h>

static int serve_tea(hob_request *req, hob_response *res)
{
    const char *accept;
    int err = hob_request_header_list(req, "Accept", &accept);
    if (err >= 0)
        err = hob_response_add_header(res, "Vary", "Accept"); /* for caches */
    if (err < 0)
        return err;
    int json = hob_preference_for(accept, "application/json").weight;
    int html = hob_preference_for(accept, "text/html").weight;
    if (json > html)
        return hob_reply_json(res, 200, "{\"cents\":180}\n");
    return hob_reply_printf(res, 200, HOB_HTML, "<p>tea costs 180 cents</p>\n");
}

int main(int argc, char **argv)
{
    const hob_route routes[] = {HOB_ROUTE("GET /tea", serve_tea), {0}};
    return hob_serve(argc > 1 ? argv[1] : "127.0.0.1:8080", routes);
}
