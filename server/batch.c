#include "batch.h"

#include "connection.h"

/* Callbacks of a lower priority are called when there are none of a higher one (ev(3)). */
#define SERVE_PRIORITY (-1)
#define SEND_PRIORITY  (-2)

/* Less room than this is no use to receive to: the head of a request comes in pieces then. */
#define INPUT_WANTED (8 * 1024)

static void serve(struct batch *self)
{
    while (!list_empty(&self->received))
        connection_serve(list_entry(self->received.next, struct connection, waiting));
    self->received_count = 0;
    self->input_size = 0;
}

static void on_serve(struct ev_loop *ev, struct ev_watcher *watcher, int events)
{
    (void)ev;
    (void)events;
    serve(watcher->data);
}

static void on_send(struct ev_loop *ev, struct ev_watcher *watcher, int events)
{
    (void)ev;
    (void)events;
    batch_send(watcher->data);
}

void batch_init(struct batch *self, struct ev_loop *ev)
{
    self->ev = ev;
    list_init(&self->received);
    ev_init(&self->serve, on_serve);
    ev_init(&self->send, on_send);
    ev_set_priority(&self->serve, SERVE_PRIORITY);
    ev_set_priority(&self->send, SEND_PRIORITY);
    self->serve.data = self->send.data = self;
}

void batch_stop(struct batch *self)
{
    ev_clear_pending(self->ev, &self->serve);
    ev_clear_pending(self->ev, &self->send);
    buffer_free(&self->output);
}

char *batch_room(struct batch *self, size_t *size)
{
    *size = sizeof(self->input) - self->input_size;
    return self->input + self->input_size;
}

void batch_add(struct batch *self, struct connection *connection, size_t size)
{
    if (self->received_count == 0)
        ev_feed_event(self->ev, &self->serve, EV_CUSTOM);
    list_append(&self->received, &connection->waiting);
    self->received_count++;
    self->input_size += size;
    if (self->received_count == BATCH_SIZE || self->input_size > sizeof(self->input) - INPUT_WANTED)
        serve(self);
}

int batch_post(struct batch *self, struct connection *connection, const void *output, size_t size)
{
    int err = buffer_append(&self->output, output, size);
    if (err < 0)
        return err;
    if (self->posted_count == 0)
        ev_feed_event(self->ev, &self->send, EV_CUSTOM);
    self->posted[self->posted_count++] =
        (struct response_place){connection, buffer_length(&self->output)};
    if (self->posted_count == BATCH_SIZE)
        batch_send(self);
    return 0;
}

void batch_send(struct batch *self)
{
    size_t begin = 0;
    for (size_t i = 0; i < self->posted_count; i++) {
        const struct response_place *place = &self->posted[i];
        connection_send_delayed(
            place->connection, buffer_bytes(&self->output) + begin, place->end - begin);
        begin = place->end;
    }
    self->posted_count = 0;
    buffer_consume(&self->output, buffer_length(&self->output));
}
