/* Server-sent events (text/event-stream of the HTML standard, section 9.2). */
#include <errno.h>
#include <string.h>

#include "hob/server.h"
#include "http/buffer.h"

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

static int put_event(struct buffer *event, const char *id, const char *name, const char *data)
{
    int err = strchr(data, '\r') ? -EINVAL : put_field(event, "id: ", id);
    if (err == 0)
        err = put_field(event, "event: ", name);
    if (err == 0)
        err = put_data(event, data);
    return err < 0 ? err : buffer_append(event, "\n", sizeof("\n"));
}

int hob_event_text(const char *id, const char *name, const char *data, hob_bytes *event)
{
    struct buffer text = {0};
    int err = put_event(&text, id, name, data);
    if (err < 0)
        buffer_free(&text);
    *event = (hob_bytes){.data = text.data};
    if (err == 0)
        event->size = text.end - 1; /* without the NUL */
    return err;
}

int hob_event(hob_response *res, const char *id, const char *name, const char *data)
{
    hob_bytes event;
    int err = hob_event_text(id, name, data, &event);
    if (err == 0)
        err = hob_send(res, event.data, event.size);
    hob_bytes_free(&event);
    return err;
}
