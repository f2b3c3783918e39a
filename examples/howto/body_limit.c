/*
 * How do I limit the size of a body?
 *
 *     $ curl localhost:8080/note -d 'a short note'
 *     12 bytes
 *     $ curl localhost:8080/note -d 'a note that is much longer than the limit'
 *     413 Content Too Large: the body is larger than 20 bytes
 *
 * Other routes have the limit of the server, hob_server_options.body_limit (1 MiB).
 */
#include <hob/hob.h>

static int take_note(hob_request *req, hob_response *res)
{
    const char *note;
    size_t size;
    int err = hob_body_all(req, 1000, &note, &size);
    return err < 0 ? err : hob_reply_printf(res, 200, HOB_TEXT, "%zu bytes\n", size);
}

int main(int argc, char **argv)
{
    const hob_route routes[] = {HOB_ROUTE("POST /note", take_note, .body_limit = 20), {0}};
    return hob_serve(argc > 1 ? argv[1] : "127.0.0.1:8080", routes);
}
