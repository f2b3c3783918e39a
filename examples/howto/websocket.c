/*
 * How do I use WebSockets?
 *
 * In a page, "new WebSocket('ws://localhost:8080/echo')" opens one. A client sends the request
 * below and gets frames, each with a head of at least two bytes:
 *
 *     $ printf '%s\n' "Connection: Upgrade" "Upgrade: websocket" >fields
 *     $ printf 'Sec-WebSocket-%s\n' "Version: 13" "Key: AAAAAAAAAAAAAAAAAAAAAA==" >>fields
 *     $ curl -N -H @fields localhost:8080/hello 2>/dev/null | cut -c 3-7
 *     hello
 *     $ curl localhost:8080/echo
 *     426 Upgrade Required: this path is for a WebSocket
 */
#include <hob/hob.h>

/* Sends a message back until the client closes the socket, or leaves. */
static int echo(hob_request *req, hob_response *res)
{
    hob_ws *ws;
    hob_ws_message message;
    int err = hob_websocket(req, res, NULL, &ws);
    while (err == 0 && (err = hob_ws_receive(ws, &message)) > 0)
        err = hob_ws_send(ws, message.type, message.data, message.size);
    return err;
}

/* The end of the handler closes the socket. */
static int hello(hob_request *req, hob_response *res)
{
    hob_ws *ws;
    int err = hob_websocket(req, res, NULL, &ws);
    return err < 0 ? err : hob_ws_send_text(ws, "hello");
}

int main(int argc, char **argv)
{
    const hob_route routes[] = {
        HOB_ROUTE("GET /echo", echo),
        HOB_ROUTE("GET /hello", hello),
        {0},
    };
    return hob_serve(argc > 1 ? argv[1] : "127.0.0.1:8080", routes);
}
