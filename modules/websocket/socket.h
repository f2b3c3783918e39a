/* A WebSocket. handshake.c opens it, receive.c and send.c have its messages, close.c its end. */
#ifndef HOB_MODULES_WEBSOCKET_SOCKET_H
#define HOB_MODULES_WEBSOCKET_SOCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"
#include "hob/net.h"
#include "hob/sync.h"
#include "hob/websocket.h"
#include "utf8.h"

/* Bytes of a Close frame's reason (RFC 6455 section 5.5.1). */
enum { REASON_MAX = FRAME_CONTROL_MAX - 2 };

/* The content of the client's Close frame. */
struct closing {
    unsigned code; /* 0 before */
    char reason[REASON_MAX + 1];
};

/* Received bytes that were not parsed. It has memory only while there are some. */
struct input {
    char *bytes;
    size_t start;
    size_t end;
    bool drained; /* the last read has left nothing in the socket */
};

struct hob_ws {
    hob_conn *conn;
    hob_server *server;
    hob_ws_options options; /* with the defaults filled in; its lists are not used */
    const char *protocol;
    hob_mutex *sending; /* so that frames of several coroutines are not mixed */

    struct input input;
    struct frame frame; /* the last one of data */
    uint64_t read;      /* bytes of its content that were read */
    hob_ws_type type;   /* of the message */
    struct utf8 utf8;   /* of a text */
    bool in_message;    /* it has begun, and its end was not read */
    bool collecting;    /* hob_ws_receive() has begun to collect it */
    char *collected;
    size_t collected_size;
    size_t collected_capacity;

    int failed;              /* the result of all later calls that receive, or 0 */
    bool starved;            /* what was received is no whole message */
    unsigned reads;          /* how often input was read without a wait */
    bool receiving;          /* a coroutine waits for input */
    bool pinged;             /* a ping was sent, and nothing has come since */
    bool sent_close;         /* or nothing can be sent any more */
    struct closing *closing; /* NULL as long as the client has not closed the socket */
};

/* Sends a frame: see hob_ws_send(). */
int socket_send(hob_ws *self, enum frame_opcode opcode, const void *data, size_t size);

/* Sends a Close frame, unless one was sent. A code of 0 is none. */
int socket_send_close(hob_ws *self, unsigned code, const char *reason, size_t length);

/*
 * Closes the socket since the client has broken a rule. Returns the error, which is the result of
 * later calls.
 */
int socket_fail(hob_ws *self, int error, const char *reason);

/* Handles the content of a Close frame, and answers it. Returns 0 or an error of socket_fail(). */
int socket_on_close(hob_ws *self, const char *content, size_t size);

/* Called when the connection is lost. Returns -ECONNRESET. */
int socket_lose(hob_ws *self);

/* The clean-up of a socket: closes it, unless it is closed, and frees its memory. */
void socket_end(void *ws);

#endif
