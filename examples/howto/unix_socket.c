/*
 * How do I listen on a unix socket?
 *
 *     $ curl --unix-socket shop.sock localhost/
 *     hello from unix:
 *
 * The server removes the file when it stops. The umask and the permissions of the folder define who
 * may connect.
 */
#include <hob/hob.h>

static int greet(hob_request *req, hob_response *res)
{
    char peer[HOB_PEER_SIZE];
    hob_request_peer(req, peer, sizeof(peer));
    return hob_reply_printf(res, 200, HOB_TEXT, "hello from %s\n", peer);
}

int main(int argc, char **argv)
{
    const hob_route routes[] = {HOB_ROUTE("GET /", greet), {0}};
    return hob_serve(argc > 1 ? argv[1] : "unix:shop.sock", routes);
}
