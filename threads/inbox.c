#include "inbox.h"

#include <stdlib.h>

static void deliver_all(struct inbox *self)
{
    struct list messages;
    list_init(&messages);
    pthread_mutex_lock(&self->lock);
    while (!list_empty(&self->arrived)) {
        struct list *link = self->arrived.next;
        list_remove(link);
        list_append(&messages, link);
    }
    pthread_mutex_unlock(&self->lock);

    while (!list_empty(&messages)) {
        struct message *message = list_entry(messages.next, struct message, link);
        list_remove(&message->link);
        inbox_forget(self);
        message->deliver(message);
    }
}

static void on_arrival(struct ev_loop *ev, ev_async *watcher, int events)
{
    (void)ev;
    (void)events;
    deliver_all(watcher->data);
}

struct inbox *inbox_new(struct ev_loop *ev)
{
    struct inbox *self = calloc(1, sizeof(*self));
    if (!self)
        return NULL;
    self->ev = ev;
    pthread_mutex_init(&self->lock, NULL);
    list_init(&self->arrived);
    ev_async_init(&self->arrival, on_arrival);
    self->arrival.data = self;
    ev_async_start(ev, &self->arrival);
    ev_unref(ev); /* see inbox_expect() */
    return self;
}

void inbox_close(struct inbox *self)
{
    ev_ref(self->ev);
    ev_async_stop(self->ev, &self->arrival);
    pthread_mutex_lock(&self->lock);
    self->closed = true;
    pthread_mutex_unlock(&self->lock);
    deliver_all(self); /* those of promises that are not awaited any more */
    if (self->unfinished > 0)
        return;
    pthread_mutex_destroy(&self->lock);
    free(self);
}

/* The loop has a reason to wait as long as there are unfinished jobs, and only then. */
void inbox_expect(struct inbox *self)
{
    if (self->unfinished++ == 0)
        ev_ref(self->ev);
}

void inbox_forget(struct inbox *self)
{
    if (--self->unfinished == 0)
        ev_unref(self->ev);
}

bool inbox_put(struct inbox *self, struct message *message)
{
    pthread_mutex_lock(&self->lock);
    bool open = !self->closed;
    if (open) {
        list_append(&self->arrived, &message->link);
        ev_async_send(self->ev, &self->arrival);
    }
    pthread_mutex_unlock(&self->lock);
    return open;
}
