/* Sent messages: each is one frame. */
#include <errno.h>
#include <string.h>

#include "hob/runtime.h"
#include "socket.h"

/* Frames up to this size are sent from one buffer: with TLS, each part would be a record. */
enum { COPIED_MAX = 256 };

static int write_frame(hob_ws *self, enum frame_opcode opcode, const void *data, size_t size)
{
    char frame[FRAME_HEAD_MAX + COPIED_MAX];
    size_t head = frame_head(frame, opcode, true, size);
    if (size <= COPIED_MAX) {
        if (size > 0)
            memcpy(frame + head, data, size);
        return hob_conn_write(self->conn, frame, head + size);
    }
    struct iovec parts[] = {{.iov_base = frame, .iov_len = head}, {.iov_len = size}};
    memcpy(
        &parts[1].iov_base, &data, sizeof(data)); /* which is not const, though it is only read */
    return hob_conn_writev(self->conn, parts, 2);
}

/* The same with the time limit, which is -EPIPE. */
static int write_in_time(hob_ws *self, enum frame_opcode opcode, const void *data, size_t size)
{
    double before = hob_deadline(self->options.send_timeout);
    int err = write_frame(self, opcode, data, size);
    hob_deadline_at(before);
    if (err == -ETIMEDOUT && hob_now() < before)
        err = -EPIPE;
    if (err == -ECONNRESET)
        err = -EPIPE;
    if (err == -EPIPE)
        self->sent_close = true;
    return err;
}

int socket_send(hob_ws *self, enum frame_opcode opcode, const void *data, size_t size)
{
    int err = hob_mutex_lock(self->sending);
    if (err < 0)
        return err;
    err = self->sent_close ? -EPIPE : write_in_time(self, opcode, data, size);
    if (opcode == FRAME_CLOSE)
        self->sent_close = true;
    hob_mutex_unlock(self->sending);
    return err;
}

int hob_ws_send(hob_ws *ws, hob_ws_type type, const void *data, size_t size)
{
    return socket_send(ws, (enum frame_opcode)type, data, size);
}

int hob_ws_send_text(hob_ws *ws, const char *text)
{
    return socket_send(ws, FRAME_TEXT, text, strlen(text));
}

int hob_ws_ping(hob_ws *ws, const void *data, size_t size)
{
    return size > FRAME_CONTROL_MAX ? -EINVAL : socket_send(ws, FRAME_PING, data, size);
}
