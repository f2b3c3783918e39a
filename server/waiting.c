#include "waiting.h"

#include <math.h>

#include "connection.h"
#include "hob/runtime.h"

static void set_timer(struct waiting_list *self, double seconds)
{
    ev_timer_set(&self->timer, seconds, 0.);
    ev_timer_start(self->ev, &self->timer);
}

/* Closes a connection. If it has input that the loop has not seen yet, it is served instead. */
static void end_waiting(struct connection *connection)
{
    waiting_end(connection);
    if (connection_has_input(connection))
        return;
    if (connection->head_until > 0) /* no request has ever come */
        server_reject(connection->server, HOB_REJECT_HEAD_TIMEOUT);
    connection_close(connection);
}

static void on_time(struct ev_loop *ev, ev_timer *watcher, int events)
{
    struct waiting_list *self = watcher->data;
    double now = hob_now();
    (void)ev;
    (void)events;
    while (!list_empty(&self->connections)) {
        struct connection *first = list_entry(self->connections.next, struct connection, waiting);
        double left = first->idle_since + self->seconds - now;
        if (left > 0) {
            set_timer(self, left);
            return;
        }
        end_waiting(first);
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
    connection->idle_since = connection_now(connection);
    list_append(&self->connections, &connection->waiting);
    if (!ev_is_active(&self->timer) && !isinf(self->seconds))
        set_timer(self, self->seconds);
}

void waiting_end(struct connection *connection)
{
    list_remove(&connection->waiting);
}

void waiting_stop(struct waiting_list *self)
{
    ev_timer_stop(self->ev, &self->timer);
}
