/*
 * hob/take_over.h: a handler takes over the connection of its request, for another protocol than
 * HTTP (RFC 9110 section 7.8). hob/websocket.h is built on it.
 */
#ifndef HOB_TAKE_OVER_H
#define HOB_TAKE_OVER_H

#include "hob/net.h"
#include "hob/request.h"
#include "hob/response.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Replies with status 101 and "Upgrade: PROTOCOL", and gives the handler the connection, with or
 * without TLS. The first bytes to read are those that the client has sent behind the request. The
 * response has the headers that were added before; hooks of the head see status 101.
 *
 *     hob_conn *conn;
 *     int err = hob_take_over(req, res, "echo", &conn);
 *     if (err < 0)
 *         return hob_reply_error(res, 426, "this path speaks the protocol echo");
 *     char bytes[512];
 *     int length;
 *     while ((length = hob_conn_read(conn, bytes, sizeof(bytes))) > 0 && err == 0)
 *         err = hob_conn_write(conn, bytes, (size_t)length);
 *     return err;
 *
 * The connection ends with the handler: the server closes it then, once the client has read
 * everything or the linger_timeout has passed. hob_conn_close() ends the process with a message.
 * Until then:
 *
 *  - The handler_timeout does not count any more, and no other limit of the server does: set
 *    deadlines for clients that send or read nothing.
 *  - The handler is not cancelled when the client leaves: it reads the end of the stream.
 *  - The handler is cancelled when the server begins to drain, behind the drain_delay, and not only
 *    at the end of the grace, since no later response can end the connection. To take leave of the
 *    client, call hob_shield_for() then.
 *  - The request is one in progress. Its observers are called when the handler has returned, with
 *    status 101 and no content; the counts of the server include the bytes in both directions.
 *
 * Returns 0, -EALREADY if there was a reply, -EPROTO if the client has not asked for this protocol
 * by the headers Connection and Upgrade, -ENOTSUP if the request is none of HTTP/1.1, -EBUSY if the
 * handler has not read all of the request's body, -EINVAL if `protocol` is no value of a header, or
 * -ENOMEM: the handler can still reply. Returns -EPIPE, -ECANCELED or -ETIMEDOUT if the head of the
 * response could not be sent, and then the connection is lost. *conn is NULL with an error.
 */
int hob_take_over(hob_request *req, hob_response *res, const char *protocol, hob_conn **conn);

#ifdef __cplusplus
}
#endif

#endif
