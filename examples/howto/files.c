/*
 * How do I serve files?
 *
 *     $ mkdir -p public && echo 'two pans' >public/note.txt
 *     $ curl localhost:8080/static/note.txt
 *     two pans
 *     $ curl -r 4- localhost:8080/static/note.txt
 *     pans
 *     $ curl --path-as-is localhost:8080/static/../../etc/passwd
 *     400 Bad Request: the path climbs above the root (RFC 3986 section 5.2.4)
 */
#include <hob/hob.h>

/* With types, ranges and conditions. No path leads out of the folder. */
static int serve_file(hob_request *req, hob_response *res)
{
    const hob_file_options options = {.cache_control = "max-age=60"};
    return hob_files_as(req, res, "public", hob_path_value(req, "path"), &options);
}

int main(int argc, char **argv)
{
    const hob_route routes[] = {HOB_ROUTE("GET /static/{path...}", serve_file), {0}};
    return hob_serve(argc > 1 ? argv[1] : "127.0.0.1:8080", routes);
}
