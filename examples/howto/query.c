/*
 * How do I read query parameters?
 *
 *     $ curl 'localhost:8080/search?text=green%20tea&limit=3'
 *     3 results for green tea
 *     $ curl localhost:8080/search
 *     400 Bad Request: text is missing
 *     $ curl 'localhost:8080/tags?tag=hot&tag=sweet'
 *     hot
 *     sweet
 */
#include <hob/hob.h>
#include <stdlib.h>
#include <string.h>

static int search(hob_request *req, hob_response *res)
{
    const char *text = hob_request_query_value(req, "text"); /* decoded; NULL if it is absent */
    const char *limit = hob_request_query_value(req, "limit");
    if (!text)
        return hob_reply_error(res, 400, "text is missing");
    long count = limit ? strtol(limit, NULL, 10) : 10;
    return hob_reply_printf(res, 200, HOB_TEXT, "%ld results for %s\n", count, text);
}

/* A name may occur several times. */
static int list_tags(hob_request *req, hob_response *res)
{
    const char *name, *value, *rest = hob_request_query(req);
    int err = hob_stream(res, 200, HOB_TEXT);
    int found = 1;
    while (err == 0 && (found = hob_next_pair(&rest, &name, &value)) > 0) {
        if (strcmp(name, "tag") == 0)
            err = hob_send(res, value, strlen(value));
        if (err == 0 && strcmp(name, "tag") == 0)
            err = hob_send(res, "\n", 1);
    }
    return err < 0 ? err : found;
}

int main(int argc, char **argv)
{
    const hob_route routes[] = {
        HOB_ROUTE("GET /search", search),
        HOB_ROUTE("GET /tags", list_tags),
        {0},
    };
    return hob_serve(argc > 1 ? argv[1] : "127.0.0.1:8080", routes);
}
