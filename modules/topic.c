/*
 * Broadcast within a loop. The items are in a ring, and each subscription has a number: that of the
 * item that it gets next. So a publisher stores an item once for all.
 */
#include "hob/topic.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hob/runtime.h"
#include "hob/server.h"
#include "hob/sync.h"

/* "SESSION-NUMBER", both of up to 64 bits. */
enum { ID_SIZE = 40 };

/* The name and the data lie behind it, each with a NUL. */
struct item {
    size_t references; /* of the ring, and of subscribers that have got it last */
    const char *name;
    const char *data;
    size_t size;
    hob_bytes event; /* for streams, once one has asked for it */
    char id[ID_SIZE];
    char bytes[];
};

struct hob_topic {
    hob_condition *published;
    uint64_t session; /* so that ids of an earlier process are not mistaken for those of this one */
    uint64_t next;    /* the number of the next item; the first is 0 */
    size_t subscribers;
    size_t history;
    struct item *items[]; /* the item of a number is at its remainder */
};

struct hob_subscription {
    hob_topic *topic;
    hob_topic_policy policy;
    uint64_t next; /* number */
    uint64_t missed;
    bool dropped;
    struct item *current; /* the one that it got last, or NULL */
};

/*
 * Topics.
 */

hob_topic *hob_topic_new(size_t history)
{
    struct timespec now;
    if (history == 0 || history > SIZE_MAX / 16)
        return NULL;
    hob_topic *self = calloc(1, sizeof(*self) + history * sizeof(void *));
    if (!self)
        return NULL;
    clock_gettime(CLOCK_REALTIME, &now);
    self->session = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
    self->history = history;
    self->published = hob_condition_new();
    if (!self->published) {
        free(self);
        return NULL;
    }
    return self;
}

static void release(struct item *item)
{
    if (!item || --item->references > 0)
        return;
    hob_bytes_free(&item->event);
    free(item);
}

void hob_topic_free(hob_topic *topic)
{
    if (!topic)
        return;
    for (size_t i = 0; i < topic->history; i++)
        release(topic->items[i]);
    hob_condition_free(topic->published);
    free(topic);
}

size_t hob_topic_subscribers(const hob_topic *topic)
{
    return topic->subscribers;
}

static struct item *make_item(const char *name, const void *data, size_t size)
{
    size_t name_size = name ? strlen(name) + 1 : 0;
    if (size > SIZE_MAX / 2)
        return NULL;
    struct item *self = malloc(sizeof(*self) + name_size + size + 1);
    if (!self)
        return NULL;
    *self = (struct item){.references = 1, .size = size};
    char *bytes = self->bytes;
    if (name)
        self->name = memcpy(bytes, name, name_size);
    self->data = bytes + name_size;
    if (size > 0)
        memcpy(bytes + name_size, data, size);
    bytes[name_size + size] = '\0';
    return self;
}

int hob_topic_publish(hob_topic *topic, const char *name, const void *data, size_t size)
{
    if (name && strpbrk(name, "\r\n"))
        return -EINVAL;
    struct item *item = make_item(name, data, size);
    if (!item)
        return -ENOMEM;
    struct item **place = &topic->items[topic->next % topic->history];
    snprintf(item->id, sizeof(item->id), "%" PRIx64 "-%" PRIu64, topic->session, topic->next);
    release(*place);
    *place = item;
    topic->next++;
    hob_condition_wake_all(topic->published);
    return 0;
}

/*
 * Subscriptions.
 */

/* The number of the oldest item that is kept. */
static uint64_t oldest(const hob_topic *topic)
{
    return topic->next > topic->history ? topic->next - topic->history : 0;
}

/* The number behind this id, or UINT64_MAX if the id is not of this topic. */
static uint64_t number_behind(const hob_topic *topic, const char *id)
{
    char *end;
    if (!id)
        return UINT64_MAX;
    uint64_t session = strtoull(id, &end, 16);
    if (end == id || *end != '-' || session != topic->session)
        return UINT64_MAX;
    uint64_t number = strtoull(end + 1, &end, 10);
    return *end == '\0' && number < topic->next ? number + 1 : UINT64_MAX;
}

static uint64_t first_number(const hob_topic *topic, const hob_topic_options *options)
{
    uint64_t kept = topic->next - oldest(topic);
    uint64_t behind = number_behind(topic, options->last_id);
    if (behind != UINT64_MAX)
        return behind;
    return topic->next - (options->replay < kept ? options->replay : kept);
}

static void unsubscribe(void *subscription)
{
    hob_subscription *self = subscription;
    release(self->current);
    self->topic->subscribers--;
}

int hob_topic_subscribe(
    hob_topic *topic, const hob_topic_options *options, hob_subscription **subscription)
{
    static const hob_topic_options usual = {0};
    hob_subscription *self = hob_alloc(sizeof(*self));
    options = options ? options : &usual;
    *subscription = NULL;
    if (!self)
        return -ENOMEM;
    *self = (hob_subscription){
        .topic = topic, .policy = options->policy, .next = first_number(topic, options)};
    topic->subscribers++;
    int err = hob_defer(unsubscribe, self);
    *subscription = err < 0 ? NULL : self;
    return err;
}

uint64_t hob_topic_missed(const hob_subscription *subscription)
{
    return subscription->missed;
}

/* Applies the policy if the next item is not kept any more. */
static void skip_lost_items(hob_subscription *self)
{
    const hob_topic *topic = self->topic;
    if (self->next >= oldest(topic))
        return;
    self->dropped = self->policy == HOB_TOPIC_DROP;
    uint64_t next = self->policy == HOB_TOPIC_LATEST ? topic->next - 1 : oldest(topic);
    self->missed += next - self->next;
    self->next = next;
}

/* Takes the next item. Returns as hob_topic_try_next(). */
static int take(hob_subscription *self)
{
    const hob_topic *topic = self->topic;
    skip_lost_items(self);
    if (self->dropped)
        return -ENOBUFS;
    if (self->next == topic->next)
        return -EAGAIN;
    release(self->current);
    self->current = topic->items[self->next++ % topic->history];
    self->current->references++;
    return 1;
}

int hob_topic_try_next(hob_subscription *subscription, hob_topic_item *item)
{
    int found = take(subscription);
    const struct item *current = subscription->current;
    if (found > 0)
        *item = (hob_topic_item){current->id, current->name, current->data, current->size};
    return found;
}

int hob_topic_next(hob_subscription *subscription, hob_topic_item *item)
{
    int found;
    while ((found = hob_topic_try_next(subscription, item)) == -EAGAIN) {
        int err = hob_condition_wait(subscription->topic->published);
        if (err < 0)
            return err;
    }
    return found;
}

hob_future *hob_topic_readable(hob_subscription *subscription)
{
    if (subscription->next == subscription->topic->next && !subscription->dropped)
        return hob_condition_next(subscription->topic->published);
    hob_future *ready = hob_promise();
    if (ready)
        hob_resolve(ready, 0);
    return ready;
}

/*
 * Streams of server-sent events.
 */

/* Seconds until a comment is sent, which is less than what proxies usually wait. */
#define SILENCE_MAX 15

/* The first subscriber has the event formatted, for all. */
static int format(struct item *item)
{
    if (item->event.data)
        return 0;
    if (strlen(item->data) != item->size)
        return -EINVAL;
    return hob_event_text(item->id, item->name, item->data, &item->event);
}

static int send_new_events(hob_subscription *self, hob_response *res)
{
    int found;
    while ((found = take(self)) > 0) {
        int err = format(self->current);
        if (err == 0)
            err = hob_send(res, self->current->event.data, self->current->event.size);
        if (err < 0)
            return err;
    }
    return found == -EAGAIN ? 0 : found;
}

/* Returns 1 when there may be items, 0 if the server stops, or a negative errno. */
static int wait_for_items(hob_subscription *self, hob_request *req, hob_response *res)
{
    enum { ITEM, STOP, SILENCE, EVENTS };
    static const char comment[] = ":\n\n";
    size_t winner;
    hob_future *events[] = {
        [ITEM] = hob_topic_readable(self),
        [STOP] = hob_server_until_stopping(hob_request_server(req)),
        [SILENCE] = hob_timer(SILENCE_MAX),
    };
    int err = hob_race_all(events, EVENTS, &winner);
    if (err == 0 && winner == SILENCE)
        err = hob_send(res, comment, strlen(comment));
    return err < 0 ? err : winner != STOP;
}

int hob_topic_stream(
    hob_topic *topic, hob_request *req, hob_response *res, const hob_topic_options *options)
{
    hob_subscription *subscription;
    hob_topic_options all = options ? *options : (hob_topic_options){0};
    if (!all.last_id)
        all.last_id = hob_request_header(req, "Last-Event-ID");
    int go_on = hob_topic_subscribe(topic, &all, &subscription);
    if (go_on == 0)
        go_on = hob_event_stream(res);
    while (go_on >= 0) {
        int err = send_new_events(subscription, res);
        go_on = err < 0 ? err : wait_for_items(subscription, req, res);
        if (go_on == 0)
            break;
    }
    return go_on;
}

/*
 * WebSockets.
 */

static int send_new_messages(hob_subscription *self, hob_ws *ws)
{
    int found;
    while ((found = take(self)) > 0) {
        int err = hob_ws_send(ws, HOB_WS_TEXT, self->current->data, self->current->size);
        if (err < 0)
            return err;
    }
    return found;
}

static int drop_messages(hob_ws *ws)
{
    hob_ws_message message;
    int found;
    do
        found = hob_ws_try_receive(ws, &message);
    while (found > 0);
    return found;
}

int hob_topic_feed(hob_subscription *subscription, hob_ws *ws)
{
    int result = -EAGAIN;
    while (result == -EAGAIN) {
        result = send_new_messages(subscription, ws);
        if (result == -EAGAIN)
            result = hob_ws_wait(ws, hob_topic_readable(subscription));
        if (result == 0)
            result = drop_messages(ws);
    }
    return result;
}
