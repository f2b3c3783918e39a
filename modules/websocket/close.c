/* The end of a WebSocket (RFC 6455 section 7). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hob/runtime.h"
#include "hob/server.h"
#include "socket.h"

enum { NO_CODE = 1005, ABNORMAL = 1006 }; /* RFC 6455 section 7.4.1 */

int socket_send_close(hob_ws *self, unsigned code, const char *reason, size_t length)
{
    char content[FRAME_CONTROL_MAX];
    if (self->sent_close)
        return 0;
    if (code == 0)
        return socket_send(self, FRAME_CLOSE, NULL, 0);
    content[0] = (char)(code >> 8);
    content[1] = (char)code;
    if (length > 0)
        memcpy(content + 2, reason, length);
    return socket_send(self, FRAME_CLOSE, content, 2 + length);
}

static unsigned code_of_error(int error)
{
    switch (error) {
    case -EILSEQ:
        return 1007;
    case -EMSGSIZE:
        return 1009;
    default:
        return 1002;
    }
}

int socket_fail(hob_ws *self, int error, const char *reason)
{
    self->failed = error;
    socket_send_close(self, code_of_error(error), reason, strlen(reason));
    return error;
}

int socket_lose(hob_ws *self)
{
    self->sent_close = true;
    return self->failed = -ECONNRESET;
}

/*
 * The client's Close frame.
 */

/* The code of a Close frame; 0 if it breaks a rule. */
static unsigned read_code(const char *content, size_t size)
{
    if (size == 0)
        return NO_CODE;
    if (size == 1)
        return 0;
    unsigned code = (unsigned)(uint8_t)content[0] << 8 | (uint8_t)content[1];
    return frame_may_close_with(code) ? code : 0;
}

int socket_on_close(hob_ws *self, const char *content, size_t size)
{
    unsigned code = read_code(content, size);
    size_t length = size > 2 ? size - 2 : 0;
    if (code == 0)
        return socket_fail(self, -EPROTO, "the close code is not allowed");
    if (!utf8_is_valid(content + 2, length))
        return socket_fail(self, -EILSEQ, "the reason is not UTF-8");
    struct closing *closing = calloc(1, sizeof(*closing));
    if (!closing)
        return -ENOMEM;
    closing->code = code;
    memcpy(closing->reason, content + 2, length);
    self->closing = closing;
    int err = socket_send_close(self, code == NO_CODE ? 0 : code, "", 0);
    return err == -EPIPE ? 0 : err;
}

unsigned hob_ws_close_code(const hob_ws *ws, const char **reason)
{
    if (reason)
        *reason = ws->closing ? ws->closing->reason : "";
    if (ws->closing)
        return ws->closing->code;
    return ws->failed < 0 ? ABNORMAL : 0;
}

/*
 * The server's.
 */

/* Waits for the client's. */
static int await_close(void *ws)
{
    hob_ws *self = ws;
    hob_ws_type type;
    int found;
    do
        found = hob_ws_next(self, &type);
    while (found > 0);
    return found;
}

static bool is_open(const hob_ws *self)
{
    return self->failed == 0 && !self->closing;
}

int hob_ws_close(hob_ws *ws, unsigned code, const char *reason)
{
    size_t length = reason ? strlen(reason) : 0;
    if (!frame_may_close_with(code) || length > REASON_MAX || !utf8_is_valid(reason, length))
        return -EINVAL;
    int err = socket_send_close(ws, code, reason, length);
    if (err < 0 || !is_open(ws) || ws->receiving)
        return err;
    double before = hob_deadline(ws->options.close_timeout);
    err = await_close(ws);
    hob_deadline_at(before);
    return err == -ECANCELED || (err == -ETIMEDOUT && hob_now() >= before) ? err : 0;
}

/* In a shield: the coroutine may be cancelled. */
static int say_goodbye(void *ws)
{
    hob_ws *self = ws;
    if (!is_open(self))
        return 0;
    return hob_ws_close(self, hob_server_is_stopping(self->server) ? 1001 : 1000, NULL);
}

void socket_end(void *ws)
{
    hob_ws *self = ws;
    hob_shield_for(self->options.close_timeout, say_goodbye, self);
    hob_mutex_free(self->sending);
    free(self->input.bytes);
    free(self->collected);
    free(self->closing);
}
