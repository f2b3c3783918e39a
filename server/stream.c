/* Responses whose content is written in pieces: streams, and content of known length. */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "response.h"

/* Given to the carrier at once, so that a connection never holds much more than its limit. */
#define PIECE_SIZE (16 * 1024)

int hob_stream_sized(hob_response *res, int status, const char *content_type, uint64_t length)
{
    request_expect_task(res->request, __func__);
    if (res->replied)
        return response_too_late(res);
    if (!response_may_have_content(status))
        return -EINVAL;
    int err = response_begin_stream(res, status, content_type, length);
    return err == 0 && res->without_content ? -EPIPE : err;
}

int hob_stream(hob_response *res, int status, const char *content_type)
{
    request_expect_task(res->request, __func__);
    return hob_stream_sized(res, status, content_type, HOB_LENGTH_UNKNOWN);
}

static int send_content(struct hob_response *self, const char *next, size_t size)
{
    struct hob_request *request = self->request;
    if (self->without_content)
        return -EPIPE;
    if (self->is_sized && size > self->missing)
        return -EINVAL;
    int err = task_interrupted(request->task);
    while (err == 0 && size > 0) {
        size_t piece = size < PIECE_SIZE ? size : PIECE_SIZE;
        err = request->carrier->send(self, next, piece);
        self->missing -= self->is_sized ? piece : 0;
        self->sent += piece;
        next += piece;
        size -= piece;
    }
    return err;
}

int hob_send(hob_response *res, const void *data, size_t size)
{
    request_expect_task(res->request, __func__);
    if (!res->is_stream)
        return -EINVAL;
    int err = send_content(res, data, size);
    if (err < 0 || size == 0)
        task_yield_sometimes(res->request->task);
    return err;
}

void response_end_stream(struct hob_response *self, int result)
{
    bool ended = self->is_sized ? self->missing == 0 : result >= 0;
    assert(self->is_sized || self->missing == 0);
    if (self->is_stream)
        self->whole = self->without_content || (ended && self->request->carrier->end(self) == 0);
}

/*
 * Server-sent events.
 */

int hob_event_stream(hob_response *res)
{
    int err = hob_response_add_header(res, "Cache-Control", "no-store");
    if (err == 0)
        err = hob_response_add_header(res, "X-Accel-Buffering", "no");
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
