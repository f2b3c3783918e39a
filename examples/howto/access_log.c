/*
 * How do I write an access log?
 *
 *     $ curl 'localhost:8080/tea?cups=2'
 *     tea
 *     $ until grep -o 'method=GET target=.* status=200 bytes=4' access.log; do sleep 0.02; done
 *     method=GET target="/tea?cups=2" protocol=HTTP/1.1 status=200 bytes=4
 */
#include <hob/hob.h>
#include <stdlib.h>

static int serve_tea(hob_request *req, hob_response *res)
{
    (void)req;
    return hob_reply_text(res, 200, "tea\n");
}

int main(int argc, char **argv)
{
    hob_server *server;
    hob_access_log *log; /* a thread writes it: requests never wait for the disk */
    int socket = hob_listen(argc > 1 ? argv[1] : "127.0.0.1:8080");
    if (socket < 0 || hob_access_log_open(HOB_ACCESS_LOG_LOGFMT, "access.log", &log) < 0)
        return EXIT_FAILURE;
    const hob_server_options options = {
        .handler = serve_tea,
        .request_ids = true, /* each response has X-Request-Id, which is in the log, too */
        .sockets = &socket,
        .socket_count = 1,
        .handle_signals = true,
    };
    int err = hob_server_open(&options, &server);
    if (err == 0)
        err = hob_server_observe(server, hob_access_log_observe, log);
    if (err == 0)
        err = hob_server_run(server);
    hob_server_close(server);
    hob_access_log_close(log); /* writes the last lines */
    return err < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
