/*
 * TLS under a connection: its handshake, and the bytes that it carries. libev's callbacks drive the
 * handshake, so that it needs no coroutine, and runs on the stack of the loop's thread. Meanwhile
 * the connection stays in the list of new idle connections, whose time limit is the head_timeout.
 */
#ifndef HOB_HTTPS_HTTPS_H
#define HOB_HTTPS_HTTPS_H

#include <stddef.h>
#include <sys/types.h>

#include "server/connection.h"

/* Makes the TLS of a new connection. Returns 0 or -ENOMEM. */
int https_start(struct connection *self, hob_tls_server *tls);

/* Whether the client has sent nothing of its handshake. */
bool https_is_silent(struct connection *self);

/* A callback of libev: in place of connection_on_readable() until the handshake begins. */
void https_on_first_input(struct ev_loop *ev, ev_io *watcher, int events);

/* Replies to a client that has sent HTTP to a socket with TLS. */
void https_refuse_plain(struct hob_response *res);

/* As recv(2), with 0 or MSG_PEEK. Not during the handshake. */
ssize_t https_receive(const struct connection *self, void *room, size_t size, int flags);

/* As send(2), with 0 or MSG_MORE. After EAGAIN the next call has to begin with the same bytes. */
ssize_t https_send(const struct connection *self, const void *data, size_t size, int flags);

/* See hob_request_tls(). */
bool https_describe(const struct connection *self, hob_tls_info *info);

/*
 * Sends that no more comes, so that the client sees that nothing is missing (RFC 8446 section 6.1).
 * Returns 0, -EAGAIN if the socket is full, or another negative errno.
 */
int https_end_output(const struct connection *self);

/* The same, and waits until the socket takes it. */
void https_flush_end(struct connection *self);

/* Sends that no more comes, unless output is missing, and frees the TLS. */
void https_close(struct connection *self);

#endif
