#include "connection.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http2/session.h"
#include "https/https.h"
#include "memory/reserve.h"

/*
 * Idle connections. All in a list may wait equally long, so that the one that began first is the
 * first to be closed: one timer is enough, and it is not changed when a wait begins or ends.
 */

static void set_timer(struct idle_list *self, double seconds)
{
    ev_timer_set(&self->timer, seconds, 0.);
    ev_timer_start(self->ev, &self->timer);
}

static void idle_list_add(struct idle_list *self, struct connection *connection)
{
    connection->idle_since = connection_now(connection);
    assert(
        list_empty(&self->connections) ||
        list_entry(self->connections.prev, struct connection, waiting)->idle_since <=
            connection->idle_since);
    list_append(&self->connections, &connection->waiting);
    if (!ev_is_active(&self->timer) && !isinf(self->seconds))
        set_timer(self, self->seconds);
}

/*
 * Whether an idle connection has input that the loop has not seen yet. The server's batch receives
 * it: with TLS, it may not be in the socket any more.
 */
static bool has_unseen_input(struct connection *self)
{
    bool unseen = connection_has_new_input(self);
    if (unseen && self->tls)
        batch_add_readable(&self->server->batch, self);
    return unseen;
}

/* Closes a connection whose time is over. */
static void time_out(struct connection *connection)
{
    list_remove(&connection->waiting);
    if (!connection->handshaking && has_unseen_input(connection))
        return;
    if (connection->head_until > 0) /* it has never sent a request */
        server_count_reject(connection->server, HOB_REJECT_HEAD_TIMEOUT);
    connection_close(connection);
}

static void on_time(struct ev_loop *ev, ev_timer *watcher, int events)
{
    struct idle_list *self = watcher->data;
    double now = hob_now();
    (void)ev;
    (void)events;
    while (!list_empty(&self->connections)) {
        struct connection *first = list_entry(self->connections.next, struct connection, waiting);
        /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): one that was closed is not in the list */
        double left = first->idle_since + self->seconds - now;
        if (left > 0) {
            set_timer(self, left);
            return;
        }
        time_out(first);
    }
}

void idle_list_init(struct idle_list *self, struct ev_loop *ev, double seconds)
{
    *self = (struct idle_list){.ev = ev, .seconds = seconds};
    list_init(&self->connections);
    ev_init(&self->timer, on_time);
    self->timer.data = self;
}

void idle_list_stop(struct idle_list *self)
{
    ev_timer_stop(self->ev, &self->timer);
}

/*
 * Open and closed.
 */

int connection_open(hob_server *server, int fd, const union peer *peer, hob_tls_server *tls)
{
    struct connection *self = reserve_refill() ? calloc(1, sizeof(*self)) : NULL;
    if (!self) {
        close(fd);
        return -ENOMEM;
    }
    self->server = server;
    self->peer = *peer;
    ev_io_init(&self->readable, connection_on_readable, fd, EV_READ);
    ev_io_init(&self->writable, connection_on_writable, fd, EV_WRITE);
    self->readable.data = self->writable.data = self;
    if (tls && https_start(self, tls) < 0) {
        free(self);
        close(fd);
        return -ENOMEM;
    }
    if (server->options.proxy_protocol)
        ev_set_cb(&self->readable, connection_on_proxy_header);
    list_append(&server->connections, &self->link);
    server->connection_count++;
    self->over_limit = acceptor_is_over_limit(server);
    ev_io_start(connection_loop(self), &self->readable);
    list_init(&self->waiting);
    idle_list_add(&server->idle_new, self);
    self->now = 0;
    self->head_until = self->idle_since + server->options.head_timeout;
    return 0;
}

/* Makes the kernel drop the output that the client has not taken, and reset the connection. */
static void abandon_output(int fd)
{
    struct linger none = {.l_onoff = 1};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
}

void connection_close(struct connection *self)
{
    hob_server *server = self->server;
    assert(self->task || !self->sends_later); /* else a coroutine might begin to send the rest */
    assert(!self->request && !self->input && !self->sent);
    if (self->sends_later)
        batch_send(&server->batch);
    if (self->http2)
        http2_session_free(self->http2);
    list_remove(&self->waiting);
    ev_io_stop(connection_loop(self), &self->readable);
    ev_io_stop(connection_loop(self), &self->writable);
    if (self->socket == SOCKET_ABANDONED)
        abandon_output(self->readable.fd);
    if (self->tls)
        https_close(self);
    close(self->readable.fd);
    list_remove(&self->link);
    buffer_free(&self->kept_input);
    buffer_free(&self->unsent);
    free(self);
    server_remove_connection(server);
}

void connection_close_if_idle(struct connection *self)
{
    if (!self->task && !self->http2 &&
        (self->handshaking ? https_is_silent(self) : !has_unseen_input(self)))
        connection_close(self);
}

void connection_become_idle(struct connection *self)
{
    assert(self->socket == SOCKET_OPEN);
    assert(!self->request && !self->input && !self->sent);
    assert(self->unread_length == 0 && buffer_length(&self->kept_input) == 0);
    assert(buffer_length(&self->unsent) == 0);
    self->task = NULL;
    self->reads = 0;
    buffer_free(&self->kept_input);
    buffer_free(&self->unsent);
    ev_io_start(connection_loop(self), &self->readable); /* it stops when too much is kept */
    connection_stay_idle(self);
    if (self->tls && self->tls->functions->has_input(self->tls))
        batch_add_readable(&self->server->batch, self);
}

void connection_stay_idle(struct connection *self)
{
    hob_server *server = self->server;
    assert(!self->task);
    if (self->http2) /* which has a timer of its own */
        return;
    idle_list_add(self->head_until > 0 ? &server->idle_new : &server->idle, self);
    self->now = 0;
}
