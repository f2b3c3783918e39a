/*
 * websocket-hob PORT: sends each message of a WebSocket back. For /feed it publishes what it gets
 * instead, to all sockets of /feed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hob/hob.h"

static int echo(hob_request *req, hob_response *res)
{
    hob_ws *ws;
    hob_ws_message message;
    int err = hob_websocket(req, res, NULL, &ws);
    while (err == 0 && (err = hob_ws_receive(ws, &message)) > 0)
        err = hob_ws_send(ws, message.type, message.data, message.size);
    return err;
}

/* Sends what was published, and publishes what was received. */
static int exchange(hob_ws *ws, hob_topic *topic, hob_subscription *subscription)
{
    hob_topic_item item;
    hob_ws_message message;
    int err = 0;
    while (err == 0 && hob_topic_try_next(subscription, &item) > 0)
        err = hob_ws_send(ws, HOB_WS_TEXT, item.data, item.size);
    if (err == 0)
        err = hob_ws_wait(ws, hob_topic_readable(subscription));
    int found = err < 0 ? err : hob_ws_try_receive(ws, &message);
    if (found > 0)
        found = hob_topic_publish(topic, NULL, message.data, message.size) < 0 ? -ENOMEM : 1;
    return found == -EAGAIN ? 1 : found;
}

static int feed(hob_request *req, hob_response *res)
{
    hob_ws *ws;
    hob_topic *topic = hob_state(req);
    hob_subscription *subscription = NULL;
    int go_on = hob_websocket(req, res, NULL, &ws);
    if (go_on == 0)
        go_on = hob_topic_subscribe(topic, NULL, &subscription);
    if (go_on < 0)
        return go_on;
    do
        go_on = exchange(ws, topic, subscription);
    while (go_on > 0);
    return go_on;
}

int main(int argc, char **argv)
{
    char address[64];
    hob_topic *topic = hob_topic_new(16);
    snprintf(address, sizeof(address), "127.0.0.1:%s", argc == 2 ? argv[1] : "");
    const hob_route routes[] = {
        HOB_ROUTE("GET /echo", echo), HOB_ROUTE("GET /feed", feed, topic), {0}};
    const hob_server_options options = {.connection_limit = 20000};
    int status = hob_serve_with(address, routes, &options);
    hob_topic_free(topic);
    return status;
}
