/*
 * How do I send messages to all clients?
 *
 *     $ curl -d "tea is ready" localhost:8080/say
 *     sent to 0 clients
 *     $ curl -N localhost:8080/events 2>/dev/null | head -n 3 | tail -n 2
 *     event: said
 *     data: tea is ready
 *
 * A client at /events or /socket gets what is said from then on, and the last message before.
 */
#include <hob/hob.h>

static const hob_topic_options with_last = {.replay = 1};

static int say(hob_request *req, hob_response *res)
{
    const char *text;
    size_t size;
    hob_topic *topic = hob_state(req);
    int err = hob_body_all(req, 1000, &text, &size);
    if (err == 0)
        err = hob_topic_publish(topic, "said", text, size);
    return err < 0 ? err
                   : hob_reply_printf(
                         res, 200, HOB_TEXT, "sent to %zu clients\n", hob_topic_subscribers(topic));
}

/* By server-sent events. A browser that comes back gets what it has missed, up to 100 messages. */
static int events(hob_request *req, hob_response *res)
{
    return hob_topic_stream(hob_state(req), req, res, &with_last);
}

/* By a WebSocket. */
static int socket_feed(hob_request *req, hob_response *res)
{
    hob_ws *ws;
    hob_subscription *subscription = NULL;
    int err = hob_websocket(req, res, NULL, &ws);
    if (err == 0)
        err = hob_topic_subscribe(hob_state(req), &with_last, &subscription);
    return err < 0 ? err : hob_topic_feed(subscription, ws);
}

int main(int argc, char **argv)
{
    hob_topic *topic = hob_topic_new(100);
    const hob_route routes[] = {
        HOB_ROUTE("POST /say", say, topic),
        HOB_ROUTE("GET /events", events, topic),
        HOB_ROUTE("GET /socket", socket_feed, topic),
        {0},
    };
    int status = topic ? hob_serve(argc > 1 ? argv[1] : "127.0.0.1:8080", routes) : 1;
    hob_topic_free(topic);
    return status;
}
