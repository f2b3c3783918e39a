/*
 * websocket_server: sends each message back, at a free port of 127.0.0.1. For clients that others
 * have written. Prints "hob listens on http://127.0.0.1:PORT".
 */
#include <stdio.h>
#include <stdlib.h>

#include "cases.h"
#include "hob/hob.h"

static int echo(hob_request *req, hob_response *res)
{
    static const char *const origins[] = {"*", NULL};
    static const char *const protocols[] = {"echo.v1", NULL};
    const hob_ws_options options = {
        .origins = origins, .protocols = protocols, .message_limit = WEBSOCKET_MESSAGE_LIMIT};
    hob_ws *ws;
    hob_ws_message message;
    int err = hob_websocket(req, res, &options, &ws);
    while (err == 0 && (err = hob_ws_receive(ws, &message)) > 0)
        err = hob_ws_send(ws, message.type, message.data, message.size);
    return err;
}

int main(void)
{
    int socket = hob_listen("127.0.0.1:0");
    const hob_server_options options = {
        .handler = echo, .sockets = &socket, .socket_count = 1, .handle_signals = true};
    hob_server *server;
    if (socket < 0 || hob_server_open(&options, &server) < 0)
        return EXIT_FAILURE;
    printf("websocket_server: hob listens on %s\n", hob_server_url(server));
    fflush(stdout);
    int err = hob_server_run(server);
    hob_server_close(server);
    return err < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
