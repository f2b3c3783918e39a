/* Responses whose content is sent while it is being made. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "hob/runtime.h"
#include "response.h"
#include "server.h"

/* Output that a slow client has not taken yet; above it hob_send() waits. See hob/server.h. */
#define HIGH_WATER (64 * 1024)
/* Sent as one chunk at most, so that a connection holds no more than this above the mark. */
#define CHUNK_SIZE (16 * 1024)

static enum content_form form_of(const struct hob_response *self, uint64_t length)
{
    if (length != HOB_LENGTH_UNKNOWN)
        return CONTENT_OF_KNOWN_LENGTH;
    return self->request->parser.http.http_minor == 0 ? CONTENT_UNTIL_CLOSE : CONTENT_IN_CHUNKS;
}

int hob_stream_sized(hob_response *res, int status, const char *content_type, uint64_t length)
{
    connection_expect_task(res->request->connection, __func__);
    if (res->replied)
        return response_too_late(res);
    if (!response_may_have_content(status))
        return -EINVAL;
    res->form = form_of(res, length);
    int err = response_begin(res, status, content_type, length);
    if (err < 0)
        res->form = CONTENT_OF_KNOWN_LENGTH;
    else
        res->is_stream = true;
    return err == 0 && res->without_content ? -EPIPE : err;
}

int hob_stream(hob_response *res, int status, const char *content_type)
{
    connection_expect_task(res->request->connection, __func__);
    return hob_stream_sized(res, status, content_type, HOB_LENGTH_UNKNOWN);
}

/* A chunk is its size in hexadecimal, the bytes, and line breaks (RFC 9112 section 7.1). */
static int put_chunk(struct buffer *out, const char *data, size_t size)
{
    char line[16];
    int length = snprintf(line, sizeof(line), "%zx\r\n", size);
    int err = buffer_reserve(out, (size_t)length + size + 2);
    if (err < 0)
        return err;
    buffer_append(out, line, (size_t)length);
    buffer_append(out, data, size);
    return buffer_append(out, "\r\n", 2);
}

static int send_piece(struct hob_response *self, const char *data, size_t size)
{
    struct connection *connection = self->request->connection;
    struct buffer *out = connection_out(connection);
    int err = self->form == CONTENT_IN_CHUNKS ? put_chunk(out, data, size)
                                              : buffer_append(out, data, size);
    if (err == 0 && buffer_length(out) >= HIGH_WATER) {
        err = connection_flush(connection);
        if (err == 0)
            err = hob_yield(); /* the kernel may take megabytes at once: others get a turn */
    }
    return connection_is_broken(connection) ? -EPIPE : err;
}

static int send_content(struct hob_response *self, const char *next, size_t size)
{
    bool known = self->form == CONTENT_OF_KNOWN_LENGTH;
    if (self->without_content)
        return -EPIPE;
    if (known && size > self->missing)
        return -EINVAL;
    int err = task_interrupted(self->request->connection->task);
    while (err == 0 && size > 0) {
        size_t piece = size < CHUNK_SIZE ? size : CHUNK_SIZE;
        err = send_piece(self, next, piece);
        self->missing -= known ? piece : 0;
        self->sent += piece;
        next += piece;
        size -= piece;
    }
    return err;
}

int hob_send(hob_response *res, const void *data, size_t size)
{
    connection_expect_task(res->request->connection, __func__);
    if (!res->is_stream)
        return -EINVAL;
    int err = send_content(res, data, size);
    if (err < 0 || size == 0)
        task_yield_sometimes(res->request->connection->task);
    return err;
}

int response_end_stream(struct hob_response *self)
{
    static const char last_chunk[] = "0\r\n\r\n";
    if (self->form != CONTENT_IN_CHUNKS)
        return 0;
    return buffer_append(
        connection_out(self->request->connection), last_chunk, sizeof(last_chunk) - 1);
}

int hob_event_stream(hob_response *res)
{
    int err = hob_response_header(res, "Cache-Control", "no-store");
    if (err == 0)
        err = hob_response_header(res, "X-Accel-Buffering", "no");
    return err < 0 ? err : hob_stream(res, 200, "text/event-stream");
}

/* A field of an event, which ends with its line. Returns -EINVAL if there is a break within. */
static int put_field(struct buffer *event, const char *name, const char *value)
{
    if (!value)
        return 0;
    if (strpbrk(value, "\r\n"))
        return -EINVAL;
    int err = buffer_append(event, name, strlen(name));
    if (err == 0)
        err = buffer_append(event, value, strlen(value));
    return err < 0 ? err : buffer_append(event, "\n", 1);
}

/* Each line of the data is a field of its own. */
static int put_data(struct buffer *event, const char *data)
{
    for (;;) {
        size_t length = strcspn(data, "\n");
        int err = buffer_append(event, "data: ", 6);
        if (err == 0)
            err = buffer_append(event, data, length);
        if (err == 0)
            err = buffer_append(event, "\n", 1);
        if (err < 0 || data[length] == '\0')
            return err;
        data += length + 1;
    }
}

int hob_event(hob_response *res, const char *id, const char *name, const char *data)
{
    struct buffer event = {0};
    int err = strchr(data, '\r') ? -EINVAL : put_field(&event, "id: ", id);
    if (err == 0)
        err = put_field(&event, "event: ", name);
    if (err == 0)
        err = put_data(&event, data);
    if (err == 0)
        err = buffer_append(&event, "\n", 1);
    if (err == 0)
        err = hob_send(res, buffer_bytes(&event), buffer_length(&event));
    buffer_free(&event);
    return err;
}
