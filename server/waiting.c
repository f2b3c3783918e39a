#include "waiting.h"

#include <math.h>

#include "connection.h"
#include "hob/runtime.h"

static void wait_for_first(struct waiting_list *self, double now)
{
    struct connection *first = list_entry(self->connections.next, struct connection, waiting);
    ev_timer_set(&self->timer, fmax(first->until - now, 0), 0.);
    ev_timer_start(self->ev, &self->timer);
}

static void on_time(struct ev_loop *ev, ev_timer *watcher, int events)
{
    struct waiting_list *self = watcher->data;
    double now = hob_now();
    (void)ev;
    (void)events;
    while (!list_empty(&self->connections)) {
        struct connection *first = list_entry(self->connections.next, struct connection, waiting);
        if (first->until > now) {
            wait_for_first(self, now);
            return;
        }
        connection_close(first);
    }
}

void waiting_init(struct waiting_list *self, struct ev_loop *ev, double seconds)
{
    *self = (struct waiting_list){.ev = ev, .seconds = seconds};
    list_init(&self->connections);
    ev_init(&self->timer, on_time);
    self->timer.data = self;
}

void waiting_begin(struct waiting_list *self, struct connection *connection)
{
    double now = hob_now();
    connection->until = now + self->seconds;
    list_append(&self->connections, &connection->waiting);
    if (!ev_is_active(&self->timer) && !isinf(self->seconds))
        wait_for_first(self, now);
}

void waiting_end(struct connection *connection)
{
    list_remove(&connection->waiting);
}

void waiting_stop(struct waiting_list *self)
{
    ev_timer_stop(self->ev, &self->timer);
}
