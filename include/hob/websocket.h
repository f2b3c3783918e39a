/*
 * hob/websocket.h: WebSockets for handlers (RFC 6455), over HTTP/1.1, plain or with TLS.
 *
 *     static int echo(hob_request *req, hob_response *res)
 *     {
 *         hob_ws *ws;
 *         hob_ws_message message;
 *         int err = hob_websocket(req, res, NULL, &ws);
 *         while (err == 0 && (err = hob_ws_receive(ws, &message)) > 0)
 *             err = hob_ws_send(ws, message.type, message.data, message.size);
 *         return err;
 *     }
 *
 * A socket ends with the handler. Unless a Close frame was sent before, the end sends one, with
 * code 1001 if the server is stopping and 1000 otherwise, and waits for the client's. A server that
 * stops cancels the handler when it begins to drain, as hob_take_over() does.
 *
 * One coroutine of the request may receive while others send: messages are not mixed. All functions
 * are called in these coroutines. Pings are answered, and the client's Close is noticed, only while
 * one of them receives or is in hob_ws_wait().
 *
 * Extensions are declined; there is no compression (RFC 7692).
 */
#ifndef HOB_WEBSOCKET_H
#define HOB_WEBSOCKET_H

#include <stddef.h>

#include "hob/request.h"
#include "hob/response.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A WebSocket of a client; belongs to the request. */
typedef struct hob_ws hob_ws;

/* The types of messages, by their opcodes. */
typedef enum {
    HOB_WS_TEXT = 1,   /* UTF-8 */
    HOB_WS_BINARY = 2, /* any bytes */
} hob_ws_type;

/* All 0 is the default. The lists end with NULL and are not used after hob_websocket(). */
typedef struct {
    const char *const *origins;   /* of pages that may connect besides those of the same host, such
                                   * as "https://example.com"; "*" allows all */
    const char *const *protocols; /* subprotocols (RFC 6455 section 1.9), in any order */
    size_t message_limit;         /* bytes of a received message; 0 is 1 MiB */
    double ping_interval;         /* seconds without input until a ping, and then until the socket
                                   * is lost; 0 is 30, INFINITY is never */
    double send_timeout;          /* seconds in which the client has to take a message; 0 is 30 */
    double close_timeout;         /* seconds for the client to answer a Close frame; 0 is 2 */
} hob_ws_options;

/*
 * Opens a WebSocket: replies with status 101, by hob_take_over(). `options` may be NULL. Headers
 * that were added before are sent with the reply, such as Set-Cookie.
 *
 * Browsers let pages of all sites open WebSockets, with the cookies of the user, and name the site
 * in Origin. If that is there, its host and port must be those of hob_request_host(), or it must be
 * one of `origins`. A server for the own machine should call hob_refuse_cross_site() before, which
 * checks Host.
 *
 * The first subprotocol that the client offers and `protocols` has is chosen.
 *
 * Returns 0 and sets *ws. Otherwise sets *ws to NULL, replies, and returns -EPROTO: with status 426
 * if the request is not for a WebSocket of version 13, with 400 if it is not valid or comes over
 * HTTP/2, or with 403 for another origin. Returns what hob_take_over() returns if that fails, or
 * -ENOMEM.
 */
int hob_websocket(hob_request *req, hob_response *res, const hob_ws_options *options, hob_ws **ws);

/* Returns the subprotocol that was chosen. NULL if none was. */
const char *hob_ws_protocol(const hob_ws *ws);

/*
 * Receiving.
 */

/* A message. */
typedef struct {
    hob_ws_type type; /* text or binary */
    const char *data; /* followed by a NUL that is not counted; valid until the next call that
                       * receives or waits for input */
    size_t size;      /* bytes of data */
} hob_ws_message;

/*
 * Waits for a message and receives all of it.
 *
 * Returns 1, or 0 if the client has closed the socket in order: see hob_ws_close_code(). Returns
 * -EPROTO if the client breaks the protocol, -EILSEQ if a text is not UTF-8, or -EMSGSIZE if a
 * message is too large: the socket is closed with code 1002, 1007 or 1009 then. Returns -ECONNRESET
 * if the client has gone or does not answer pings, -ENOMEM, -ECANCELED or -ETIMEDOUT. Behind 0 and
 * errors other than the last three, every call returns the same.
 */
int hob_ws_receive(hob_ws *ws, hob_ws_message *message);

/*
 * The same without a wait: returns -EAGAIN if there is no whole message, and keeps the received
 * part.
 */
int hob_ws_try_receive(hob_ws *ws, hob_ws_message *message);

/*
 * Waits until hob_ws_try_receive() may return something else than -EAGAIN, or until the future is
 * ready, and consumes the future. Also returns from time to time without a reason: call it in a
 * loop. Sends pings. So one coroutine can wait for a client and for another event:
 *
 *     while ((err = hob_ws_wait(ws, hob_topic_readable(news))) >= 0) {
 *         ... hob_ws_try_receive(ws, &message) and hob_topic_try_next(news, &item)
 *     }
 *
 * Returns 0 or an error, the same as hob_ws_receive().
 */
int hob_ws_wait(hob_ws *ws, hob_future *other);

/*
 * Streams a message that need not fit into memory, in place of hob_ws_receive(): waits for the next
 * message and sets *type. Drops the rest of the one before. `message_limit` does not
 * count. Returns the same.
 */
int hob_ws_next(hob_ws *ws, hob_ws_type *type);

/*
 * Waits for a part of this message, and reads up to `size` bytes. Returns how many, 0 at the end of
 * the message, or an error of hob_ws_receive(), also -ECONNRESET if the client closes the socket
 * before the end. A text that is not UTF-8 may be found only behind parts that were read.
 */
int hob_ws_read(hob_ws *ws, void *data, size_t size);

/*
 * Sending.
 */

/*
 * Sends a message, and waits while the client is slow. A text must be UTF-8; it is not checked.
 * Returns 0, -EPIPE if the socket is closed, the client has gone or has not taken the message
 * within the send_timeout, -ECANCELED or -ETIMEDOUT. An error in the middle of a message ends the
 * socket.
 */
int hob_ws_send(hob_ws *ws, hob_ws_type type, const void *data, size_t size);

/* The same for a string as text. */
int hob_ws_send_text(hob_ws *ws, const char *text);

/*
 * Sends a ping, of up to 125 bytes (else -EINVAL). The client answers with a pong, which only
 * counts as input. Returns the same.
 */
int hob_ws_ping(hob_ws *ws, const void *data, size_t size);

/*
 * Closes the socket with a code and a reason, which may be NULL: 1000 to 1003, 1007 to 1014, or
 * 3000 to 4999, and up to 123 bytes of UTF-8; else returns -EINVAL. Then waits for the Close frame
 * of the client, for the close_timeout, unless another coroutine is receiving; messages that come
 * before it are dropped. Does nothing if a Close frame was sent.
 *
 * Returns 0, also if the client does not answer, or the same as hob_ws_send().
 */
int hob_ws_close(hob_ws *ws, unsigned code, const char *reason);

/*
 * Returns the code with which the client has closed the socket, and sets *reason, unless it is
 * NULL, to its reason, which may be "". The code is 1005 if the client has sent none, 1006 if it
 * has left without a Close frame or has broken the protocol, and 0 as long as the socket is open.
 */
unsigned hob_ws_close_code(const hob_ws *ws, const char **reason);

#ifdef __cplusplus
}
#endif

#endif
