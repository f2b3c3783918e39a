/*
 * hob/topic.h: broadcast: an item is published once, and any number of subscribers get it, such as
 * WebSockets, streams of server-sent events or coroutines.
 *
 *     hob_topic_publish(news, NULL, text, strlen(text));           in the coroutine that has news
 *
 *     static int serve_news(hob_request *req, hob_response *res)
 *     {
 *         return hob_topic_stream(hob_state(req), req, res, NULL);
 *     }
 *
 * The publisher never waits. All subscribers share one copy of an item, and each has a position in
 * the items that the topic keeps. One that is too slow to keep up loses items by its own policy,
 * and holds up neither the publisher nor the others.
 *
 * A topic belongs to one loop: with several workers or threads, each has topics of its own, and an
 * item reaches the subscribers of the process that has published it. Unless their comments say
 * otherwise, functions are called on the thread of that loop.
 */
#ifndef HOB_TOPIC_H
#define HOB_TOPIC_H

#include <stddef.h>
#include <stdint.h>

#include "hob/websocket.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Items that are published, and their subscribers. */
typedef struct hob_topic hob_topic;

/*
 * Makes a topic that keeps the last `history` items, for subscribers that are behind or come back.
 * NULL when out of memory or if history is 0. May be called before the loop.
 */
hob_topic *hob_topic_new(size_t history);

/* Frees a topic that has no subscribers. NULL is ignored. May be called after the loop. */
void hob_topic_free(hob_topic *topic);

/*
 * Publishes `size` bytes, which are copied. The name, or NULL, is that of a server-sent event; it
 * must have no line breaks. May be called in a callback of the loop. Subscribers run when the
 * caller waits. Returns 0, -EINVAL for such a name, or -ENOMEM.
 */
int hob_topic_publish(hob_topic *topic, const char *name, const void *data, size_t size);

/* Returns how many subscriptions there are. */
size_t hob_topic_subscribers(const hob_topic *topic);

/* A published item. It is valid until the next call on the same subscription. */
typedef struct {
    const char *id;   /* identifies it in this process, such as "18d2f0a1b7c-42" */
    const char *name; /* NULL if it has none */
    const char *data; /* followed by a NUL that is not counted */
    size_t size;      /* bytes of data */
} hob_topic_item;

/*
 * Subscriptions.
 */

/* The next item of a subscriber that is behind by more than the topic keeps. */
typedef enum {
    HOB_TOPIC_OLDEST, /* the oldest item that is kept */
    HOB_TOPIC_LATEST, /* the latest item: for states, such as a price */
    HOB_TOPIC_DROP,   /* none: its calls return -ENOBUFS from now on */
} hob_topic_policy;

/* All 0 is the default: items that are published from now on. */
typedef struct {
    hob_topic_policy policy; /* for a subscriber that is behind by more than the topic keeps */
    size_t replay;           /* items that were published before, at most: the latest ones */
    const char *last_id; /* the last item that the subscriber has, from Last-Event-ID: it gets those
                          * behind it. NULL, or an id that is unknown: `replay` counts */
} hob_topic_options;

/* A subscription belongs to the coroutine that has made it, and ends with it. */
typedef struct hob_subscription hob_subscription;

/* Subscribes to a topic. `options` may be NULL. Returns 0 or -ENOMEM. */
int hob_topic_subscribe(
    hob_topic *topic, const hob_topic_options *options, hob_subscription **subscription);

/* Waits for the next item. Returns 1, -ENOBUFS, -ECANCELED or -ETIMEDOUT. */
int hob_topic_next(hob_subscription *subscription, hob_topic_item *item);

/* The same without a wait: returns -EAGAIN instead, and never -ECANCELED or -ETIMEDOUT. */
int hob_topic_try_next(hob_subscription *subscription, hob_topic_item *item);

/*
 * Returns a future that is ready with 0 when hob_topic_try_next() returns something else than
 * -EAGAIN, to wait for several events with hob_race() or hob_ws_wait(). NULL when out of memory.
 */
hob_future *hob_topic_readable(hob_subscription *subscription);

/* Returns how many items the subscriber has lost. */
uint64_t hob_topic_missed(const hob_subscription *subscription);

/*
 * Whole handlers.
 */

/*
 * Subscribes, and replies with a stream of server-sent events: an event for each item, with its id
 * and name. A browser that comes back sends the id of its last event, and gets what it has missed,
 * unless options->last_id is set. After 15 s without an item a comment is sent, so that proxies
 * keep the connection. Ends when the server stops.
 *
 * Returns 0, -ENOBUFS, or an error of hob_event_stream() or hob_send(); -EINVAL if an item has a
 * carriage return or a NUL.
 */
int hob_topic_stream(
    hob_topic *topic, hob_request *req, hob_response *res, const hob_topic_options *options);

/*
 * Sends each item of a subscription to a WebSocket as a text, and drops what the client sends. The
 * items must be UTF-8. Returns 0 when the client has closed the socket, -ENOBUFS, or an error of
 * hob_ws_send() or hob_ws_receive().
 */
int hob_topic_feed(hob_subscription *subscription, hob_ws *ws);

#ifdef __cplusplus
}
#endif

#endif
