#include "batch.h"

#include <assert.h>

#include "connection.h"

/* With less room than this, the head of a request would often come in two pieces. */
#define INPUT_WANTED (8 * 1024)

static bool has_room(const struct batch *self)
{
    return self->received_count < BATCH_SIZE &&
           sizeof(self->input) - self->input_size >= INPUT_WANTED;
}

static struct connection *first_of(struct list *connections)
{
    return list_entry(connections->next, struct connection, waiting);
}

static void receive(struct batch *self)
{
    while (!list_empty(&self->readable) && has_room(self)) {
        struct connection *connection = first_of(&self->readable);
        list_remove(&connection->waiting);
        size_t size = connection_receive(
            connection, self->input + self->input_size, sizeof(self->input) - self->input_size);
        if (size == 0)
            continue;
        list_append(&self->received, &connection->waiting);
        self->received_count++;
        self->input_size += size;
    }
}

static void serve(struct batch *self)
{
    while (!list_empty(&self->received))
        connection_serve(first_of(&self->received)); /* takes it off the list */
    self->received_count = 0;
    self->input_size = 0;
}

void batch_send(struct batch *self)
{
    size_t begin = 0;
    for (size_t i = 0; i < self->output_count; i++) {
        const struct batch_output *output = &self->outputs[i];
        assert(output->end > begin && output->end <= buffer_length(&self->output));
        connection_send_output(
            output->connection, buffer_bytes(&self->output) + begin, output->end - begin);
        begin = output->end;
    }
    assert(begin == buffer_length(&self->output));
    self->output_count = 0;
    buffer_consume(&self->output, begin);
}

/* Also sends the responses of coroutines that ran earlier in this turn of the loop. */
static void run_batch(void *batch)
{
    struct batch *self = batch;
    self->handshakes = 0;
    do {
        receive(self);
        serve(self);
        batch_send(self);
    } while (!list_empty(&self->readable));
}

void batch_init(struct batch *self, struct loop *loop)
{
    self->hook = (struct turn_hook){.run = run_batch, .arg = self};
    list_init(&self->readable);
    list_init(&self->received);
    loop_add_hook(loop, &self->hook);
}

void batch_free(struct batch *self)
{
    assert(list_empty(&self->readable) && list_empty(&self->received));
    assert(self->output_count == 0);
    loop_remove_hook(&self->hook);
    buffer_free(&self->output);
}

void batch_add_readable(struct batch *self, struct connection *connection)
{
    assert(!connection->task);
    list_remove(&connection->waiting);
    list_append(&self->readable, &connection->waiting);
}

int batch_send_later(
    struct batch *self, struct connection *connection, const void *output, size_t size)
{
    assert(size > 0 && !connection->sends_later && self->output_count < BATCH_SIZE);
    int err = buffer_append(&self->output, output, size);
    if (err < 0)
        return err;
    self->outputs[self->output_count++] =
        (struct batch_output){connection, buffer_length(&self->output)};
    connection->sends_later = true;
    if (self->output_count == BATCH_SIZE)
        batch_send(self);
    return 0;
}
