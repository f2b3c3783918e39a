/*
 * How do I stop without losing requests?
 *
 *     $ curl -N localhost:8080/slow | { read -r line && echo "$line" && kill $server && cat; }
 *     working
 *     finished
 *
 * It ends with status 0. A restart without closed sockets needs a second process: see
 * hob_server_leave().
 */
#include <hob/hob.h>
#include <stdio.h>

static int serve_slow(hob_request *req, hob_response *res)
{
    (void)req;
    int err = hob_stream(res, 200, HOB_TEXT);
    if (err == 0)
        err = hob_send(res, "working\n", 8);
    if (err == 0)
        err = hob_sleep(0.2);
    return err < 0 ? err : hob_send(res, "finished\n", 9);
}

int main(int argc, char **argv)
{
    const hob_route routes[] = {HOB_ROUTE("GET /slow", serve_slow), {0}};
    /* SIGTERM and SIGINT stop the server. A second one ends the process at once. */
    const hob_server_options options = {
        .drain_delay = 0.01, /* seconds: the time in which a load balancer notices /readyz */
        .grace = 10,         /* seconds for requests in progress; then they are cancelled */
    };
    int status = hob_serve_with(argc > 1 ? argv[1] : "127.0.0.1:8080", routes, &options);
    puts("closed the books"); /* all requests have ended */
    return status;
}
