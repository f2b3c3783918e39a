#include "https.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "base/would_block.h"
#include "hob/log.h"
#include "http2/session.h"
#include "server/carrier.h"
#include "server/response.h"

/*
 * The handshake.
 */

/*
 * A step of a handshake takes up to 0.6 ms, which is many requests. So a turn of the loop makes
 * this many, and libev reports the other connections again in the next turn.
 */
#define STEPS_IN_A_TURN 4

/* Reads of a client whose handshake has failed. */
#define READS_OF_REST 16

static void wait_for(struct connection *self, short events)
{
    ev_io *wanted = events & POLLOUT ? &self->writable : &self->readable;
    ev_io_stop(connection_loop(self), events & POLLOUT ? &self->readable : &self->writable);
    ev_io_start(connection_loop(self), wanted);
}

static void log_failure(const struct connection *self, int err)
{
    char peer[HOB_PEER_SIZE];
    const char *reason = self->tls->functions->reason(self->tls);
    peer_format(&self->peer, peer, sizeof(peer));
    hob_log(
        HOB_LOG_DEBUG, "the TLS handshake of %s failed: %s", peer,
        reason ? reason : strerror(-err));
}

/* Drops what the client sends, until it has read the alert and closes. */
static void on_rest(struct ev_loop *ev, ev_io *watcher, int events)
{
    struct connection *self = watcher->data;
    struct workspace *workspace = self->server->workspace;
    (void)ev;
    ssize_t size = recv(watcher->fd, workspace->in, sizeof(workspace->in), 0);
    if (size < 0 && would_block(errno) && !(events & EV_ERROR))
        return;
    if (size <= 0 || ++self->reads == READS_OF_REST)
        connection_close(self);
}

/*
 * Closes a connection whose handshake has failed. If the socket had input then, the kernel would
 * reset the connection, and the client might never see the alert that says why. So this ends our
 * side only, and drops input for as long as the handshake could have taken.
 */
static void refuse(struct connection *self, int err)
{
    log_failure(self, err);
    server_count_reject(self->server, HOB_REJECT_HANDSHAKE);
    self->head_until = 0; /* it is refused already */
    if ((err != -EPROTO && err != -EKEYREJECTED) || shutdown(self->readable.fd, SHUT_WR) < 0) {
        connection_close(self);
        return;
    }
    self->tls->functions->close(self->tls);
    self->tls = NULL;
    wait_for(self, POLLIN);
    ev_set_cb(&self->readable, on_rest);
}

/* From now on the connection is served like one without TLS. */
static void end_handshake(struct connection *self)
{
    self->handshaking = false;
    ev_set_cb(&self->readable, connection_on_readable);
    ev_set_cb(&self->writable, connection_on_writable);
    ev_io_stop(connection_loop(self), &self->writable);
    ev_io_start(connection_loop(self), &self->readable);
}

/* The time for the head begins. Its first bytes may have come with the last of the handshake. */
static void begin_requests(struct connection *self)
{
    const char *protocol = self->tls->functions->protocol(self->tls);
    bool http2 = protocol && strcmp(protocol, "h2") == 0;
    end_handshake(self);
    list_remove(&self->waiting);
    self->head_until = connection_now(self) + self->server->options.head_timeout;
    if (!http2)
        connection_stay_idle(self);
    if (connection_has_input(self))
        batch_add_readable(&self->server->batch, self);
    if (http2)
        http2_start(self, "", 0); /* which may close the connection */
}

static void on_handshake(struct ev_loop *ev, ev_io *watcher, int events)
{
    struct connection *self = watcher->data;
    const struct tls_functions *functions = self->tls->functions;
    short wanted = 0;
    (void)ev;
    if (events & EV_ERROR) { /* epoll had no memory, and libev has stopped the watcher */
        server_reject_for_memory(self->server);
        connection_close(self);
        return;
    }
    if (self->server->batch.handshakes == STEPS_IN_A_TURN)
        return;
    self->server->batch.handshakes++;
    int err = functions->handshake(self->tls, &wanted);
    if (err == 0) {
        begin_requests(self);
    } else if (err == -EAGAIN) {
        wait_for(self, wanted);
    } else {
        refuse(self, err);
    }
}

/* TLS begins with a record of type 22 (RFC 8446 section 5.1), and HTTP with a letter. */
void https_on_first_input(struct ev_loop *ev, ev_io *watcher, int events)
{
    struct connection *self = watcher->data;
    char first;
    if (recv(watcher->fd, &first, 1, MSG_PEEK) == 1 && first >= 'A' && first <= 'Z') {
        self->tls->functions->close(self->tls);
        self->tls = NULL;
        self->needs_tls = true;
        end_handshake(self);
        connection_on_readable(ev, watcher, events);
        return;
    }
    ev_set_cb(&self->readable, on_handshake);
    on_handshake(ev, watcher, events);
}

void https_refuse_plain(struct hob_response *res)
{
    server_count_reject(res->request->server, HOB_REJECT_HANDSHAKE);
    response_reply_error(res, 400, "this port needs TLS: use https://");
}

int https_start(struct connection *self, hob_tls_server *tls)
{
    static const char *const protocols[] = {"h2", "http/1.1", NULL};
    const char *const *alpn = self->server->options.http2 ? protocols : protocols + 1;
    int err = tls->accept(tls, self->readable.fd, alpn, &self->tls);
    if (err < 0)
        return err;
    self->handshaking = true;
    ev_set_cb(&self->readable, https_on_first_input);
    ev_set_cb(&self->writable, on_handshake);
    return 0;
}

bool https_is_silent(struct connection *self)
{
    char first;
    return ev_cb(&self->readable) != on_handshake &&
           recv(self->readable.fd, &first, 1, MSG_PEEK) != 1;
}

/*
 * Bytes.
 */

/* Converts a result of TLS to that of a system call: an error becomes -1 and errno. */
static ssize_t as_call(int result)
{
    if (result < 0)
        errno = -result;
    return result < 0 ? -1 : result;
}

ssize_t https_receive(const struct connection *self, void *room, size_t size, int flags)
{
    short events; /* always POLLIN */
    assert(!self->handshaking);
    return as_call(self->tls->functions->read(self->tls, room, size, flags & MSG_PEEK, &events));
}

ssize_t https_send(const struct connection *self, const void *data, size_t size, int flags)
{
    short events; /* always POLLOUT */
    return as_call(self->tls->functions->write(self->tls, data, size, flags & MSG_MORE, &events));
}

bool https_describe(const struct connection *self, hob_tls_info *info)
{
    if (self->tls)
        self->tls->functions->describe(self->tls, info);
    else if (self->proxied_tls)
        *info = (hob_tls_info){.version = "", .cipher = ""};
    return self->tls || self->proxied_tls;
}

bool hob_request_tls(const hob_request *req, hob_tls_info *info)
{
    return req->carrier->describe_tls(req, info);
}

/*
 * The end.
 */

int https_end_output(const struct connection *self)
{
    short events; /* always POLLOUT */
    return self->tls->functions->shutdown(self->tls, &events);
}

void https_flush_end(struct connection *self)
{
    struct patience patience = {.seconds = self->server->options.write_timeout};
    int err = 0;
    while (err == 0 && !connection_is_broken(self) && https_end_output(self) == -EAGAIN) {
        ev_io_start(connection_loop(self), &self->writable);
        err = connection_wait(self, &self->sent, &patience);
    }
}

void https_close(struct connection *self)
{
    if (!self->handshaking && !connection_is_broken(self) && buffer_length(&self->unsent) == 0)
        https_end_output(self);
    self->tls->functions->close(self->tls);
    self->tls = NULL;
}
