/* The beginning of a connection that a proxy makes: see hob_server_options.proxy_protocol. */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/would_block.h"
#include "https/https.h"
#include "net/proxy_header.h"
#include "server/connection.h"

static bool is_trusted(const hob_server *server, const union peer *peer)
{
    hob_address address = {.length = 0};
    switch (peer->any.sa_family) {
    case AF_INET:
        address.ipv4 = peer->ipv4;
        break;
    case AF_INET6:
        address.ipv6 = peer->ipv6;
        break;
    default:
        address.any = peer->any;
    }
    return hob_server_trusts(server, &address);
}

/* Refuses a connection that is not like this. */
static void refuse(struct connection *self, const char *wanted, int err)
{
    hob_server *server = self->server;
    char peer[HOB_PEER_SIZE], what[HOB_PEER_SIZE + 64];
    peer_format(&self->peer, peer, sizeof(peer)); /* always fits */
    snprintf(what, sizeof(what), "a connection of %s is refused: it %s", peer, wanted);
    server_count_reject(server, HOB_REJECT_PROXY_HEADER);
    refusal_log_add(&server->refused.proxies, what, err);
    connection_close(self);
}

/*
 * Reads as much of the header as the socket has, and nothing behind it: what follows, which TLS may
 * read, stays in the kernel. Returns as proxy_header_parse() does, 0 also if there is no input, or
 * another negative errno.
 */
static int read_header(struct connection *self)
{
    char *room = self->server->workspace->in;
    struct buffer *kept = &self->kept_input;
    size_t before = buffer_length(kept);
    ssize_t size = recv(self->readable.fd, room, PROXY_HEADER_MAX - before, MSG_PEEK);
    if (size < 0 && would_block(errno))
        return 0;
    if (size <= 0)
        return -ECONNRESET;
    if (buffer_append(kept, room, (size_t)size) < 0)
        return -ENOMEM;
    int length = proxy_header_parse(
        buffer_bytes(kept), buffer_length(kept), &self->peer, &self->proxied_tls);
    size_t read = length > 0 ? (size_t)length - before : (size_t)size;
    recv(self->readable.fd, room, read, 0);
    return length;
}

void connection_on_proxy_header(struct ev_loop *ev, ev_io *watcher, int events)
{
    struct connection *self = watcher->data;
    (void)ev;
    (void)events;
    if (!is_trusted(self->server, &self->peer)) {
        refuse(self, "is not from a trusted proxy", EACCES);
        return;
    }
    int length = read_header(self);
    if (length == -EPROTO) {
        refuse(self, "has no valid PROXY header", EPROTO);
    } else if (length == -ENOMEM || !ev_is_active(watcher)) { /* libev had no memory for it */
        server_reject_for_memory(self->server);
        connection_close(self);
    } else if (length < 0) {
        connection_close(self);
    } else if (length > 0) {
        buffer_free(&self->kept_input);
        ev_set_cb(watcher, self->handshaking ? https_on_first_input : connection_on_readable);
        if (list_empty(&self->waiting)) /* its time limit has just passed */
            connection_stay_idle(self);
    } else if (hob_now() >= self->head_until) {
        server_count_reject(self->server, HOB_REJECT_HEAD_TIMEOUT);
        connection_close(self);
    }
}
