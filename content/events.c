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
