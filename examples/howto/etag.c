/*
 * How do I let clients keep a response and ask whether it has changed?
 *
 *     $ curl localhost:8080/menu
 *     tea
 *     $ curl -w '%{http_code}\n' -H 'If-None-Match: "v1"' localhost:8080/menu
 *     304
 *     $ curl -w '%{http_code}\n' -X PUT -H 'If-Match: "v0"' localhost:8080/menu
 *     412 Precondition Failed
 *     412
 */
#include <hob/hob.h>

static const hob_validators version = {.etag = "\"v1\""};

static int serve_menu(hob_request *req, hob_response *res)
{
    int status = hob_request_check_conditions(req, &version);
    int err = status < 0 ? status : hob_response_set_validators(res, &version);
    if (err < 0)
        return err;
    if (status == 304)
        return hob_reply(res, 304, NULL, NULL, 0);
    return hob_reply_text(res, 200, "tea\n");
}

/* A client that has seen an older version must not overwrite this one. */
static int replace_menu(hob_request *req, hob_response *res)
{
    int status = hob_request_check_conditions(req, &version);
    if (status < 0 || status == 412)
        return status < 0 ? status : hob_reply_error(res, 412, NULL);
    return hob_reply_text(res, 200, "replaced\n");
}

int main(int argc, char **argv)
{
    const hob_route routes[] = {
        HOB_ROUTE("GET /menu", serve_menu),
        HOB_ROUTE("PUT /menu", replace_menu),
        {0},
    };
    return hob_serve(argc > 1 ? argv[1] : "127.0.0.1:8080", routes);
}
