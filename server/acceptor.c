#include "acceptor.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection.h"
#include "hob/log.h"
#include "hob/runtime.h"
#include "server.h"

/* Seconds without accepting when the system has no descriptors left. */
#define ACCEPT_PAUSE  0.1
#define DEFAULT_LIMIT 16384
/* Seconds in which clients can complete a handshake when the server stops: a slow round trip. */
#define HANDSHAKE_TIME 0.1
/* Standard streams, listeners, epoll and the like. */
#define OWN_DESCRIPTORS 16

/*
 * The limit.
 */

/* The rest is for clients above the limit, and for what handlers open. */
static size_t most_connections(void)
{
    struct rlimit descriptors;
    if (getrlimit(RLIMIT_NOFILE, &descriptors) < 0 || descriptors.rlim_cur == RLIM_INFINITY)
        return SIZE_MAX / 2;
    if (descriptors.rlim_cur <= OWN_DESCRIPTORS + 1)
        return 1;
    return (descriptors.rlim_cur - OWN_DESCRIPTORS) / 4 * 3 + 1;
}

void acceptor_init(struct acceptor *self, size_t wanted)
{
    size_t most = most_connections();
    size_t limit = wanted > 0 ? wanted : DEFAULT_LIMIT;
    if (wanted > most)
        hob_log(
            HOB_LOG_WARN, "no more than %zu connections are served: see ulimit -n (RLIMIT_NOFILE)",
            most);
    *self = (struct acceptor){.limit = limit < most ? limit : most, .descriptors = most};
    self->refused_limit = self->limit / 8 + 1;
    self->spare = eventfd(0, EFD_CLOEXEC);
}

void acceptor_free(struct acceptor *self)
{
    if (self->spare >= 0)
        close(self->spare);
    self->spare = -1;
}

/* How many more clients can be served. Negative if there are more than that. */
static long room(const hob_server *self)
{
    const struct acceptor *acceptor = &self->acceptor;
    long connections = (long)acceptor->limit - (long)self->connection_count;
    long descriptors =
        (long)acceptor->descriptors - (long)(self->connection_count + self->reserved_descriptors);
    return connections < descriptors ? connections : descriptors;
}

bool acceptor_is_over_limit(const hob_server *server)
{
    return room(server) < 0;
}

/* Whether there is no room even for clients that get status 503. */
static bool is_full(const hob_server *self)
{
    return room(self) <= -(long)self->acceptor.refused_limit;
}

static void log_over_limit(hob_server *self)
{
    if (self->acceptor.over_limit_known)
        return;
    self->acceptor.over_limit_known = true;
    hob_log(
        HOB_LOG_WARN, "more than %zu connections: new clients get status 503",
        self->connection_count - 1);
}

/*
 * Watching the queues.
 */

static void watch(hob_server *self)
{
    self->acceptor.state = ACCEPTOR_ACCEPTING;
    for (size_t i = 0; i < self->listener_count; i++)
        ev_io_start(task_ev_loop(self->task), &self->listeners[i].acceptable);
}

static void unwatch(hob_server *self, enum acceptor_state state)
{
    self->acceptor.state = state;
    for (size_t i = 0; i < self->listener_count; i++)
        ev_io_stop(task_ev_loop(self->task), &self->listeners[i].acceptable);
}

/* Clients that cannot be accepted would wake the loop again and again. */
static void pause_accepting(hob_server *self)
{
    struct acceptor *acceptor = &self->acceptor;
    if (acceptor->state == ACCEPTOR_STOPPED)
        return;
    unwatch(self, ACCEPTOR_PAUSED);
    ev_timer_set(&acceptor->pause, ACCEPT_PAUSE, 0.);
    ev_timer_start(task_ev_loop(self->task), &acceptor->pause);
}

static void on_pause_over(struct ev_loop *ev, ev_timer *watcher, int events)
{
    hob_server *self = watcher->data;
    (void)ev;
    (void)events;
    assert(self->acceptor.state == ACCEPTOR_PAUSED);
    watch(self);
}

void acceptor_resume(hob_server *server)
{
    struct acceptor *acceptor = &server->acceptor;
    if (room(server) > (long)acceptor->limit / 8) /* so that the log does not repeat it often */
        acceptor->over_limit_known = false;
    if (acceptor->state == ACCEPTOR_FULL)
        watch(server);
}

/*
 * Accepting.
 */

/* As accept(2). The address of a unix socket is cut, since nothing uses it. */
static int accept_client(hob_server *self, const struct listener *listener, union peer *peer)
{
    socklen_t size = sizeof(*peer);
    int fd = accept4(listener->fd, &peer->any, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    self->counts.accepted += fd >= 0;
    return fd;
}

/*
 * Refuses a client by means of the spare descriptor. It does not wait for the client, so one that
 * sends its request later may see a reset instead. Returns false if no client waits, or there is no
 * spare descriptor.
 */
static bool refuse_client(hob_server *self, const struct listener *listener)
{
    static const char response[] = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n"
                                   "Retry-After: 1\r\nConnection: close\r\n\r\n";
    struct workspace *workspace = self->workspace;
    struct acceptor *acceptor = &self->acceptor;
    union peer peer;
    if (acceptor->spare < 0)
        return false;
    close(acceptor->spare);
    int fd = accept_client(self, listener, &peer);
    if (fd >= 0) {
        server_count_reject(self, HOB_REJECT_DESCRIPTORS);
        if (!listener->tls)
            send(fd, response, sizeof(response) - 1, MSG_NOSIGNAL);
        shutdown(fd, SHUT_WR);
        recv(fd, workspace->in, sizeof(workspace->in), 0); /* unread input means a reset */
        close(fd);
    }
    acceptor->spare = eventfd(0, EFD_CLOEXEC);
    return fd >= 0;
}

static bool is_lack(int err)
{
    return err == EMFILE || err == ENFILE || err == ENOBUFS || err == ENOMEM;
}

/* Returns 0, -EAGAIN if no client waits, or the errno by which the system refuses to accept. */
static int accept_connection(hob_server *self, const struct listener *listener)
{
    union peer peer = {0};
    int fd = accept_client(self, listener, &peer);
    int err = errno;
    if (fd >= 0) {
        if (connection_open(self, fd, &peer, listener->tls) < 0)
            server_reject_for_memory(self);
        if (acceptor_is_over_limit(self))
            log_over_limit(self);
        return 0;
    }
    if (err == EAGAIN || err == EWOULDBLOCK)
        return -EAGAIN;
    return is_lack(err) ? -err : 0; /* the others mean that one client has gone (accept(2)) */
}

/* Accepts up to `limit` connections. A server that stops has room for all. */
static void accept_connections(hob_server *self, const struct listener *listener, size_t limit)
{
    int err = 0;
    bool lacks = false;
    for (size_t i = 0; i < limit && err == 0; i++) {
        if (self->acceptor.state == ACCEPTOR_ACCEPTING && is_full(self)) {
            unwatch(self, ACCEPTOR_FULL);
            return;
        }
        err = accept_connection(self, listener);
        lacks = err < 0 && err != -EAGAIN;
        if (lacks)
            refusal_log_add(&self->refused.descriptors, "new connections have to wait", -err);
        if (err == -EMFILE && refuse_client(self, listener))
            err = 0;
    }
    if (lacks)
        pause_accepting(self);
}

static void on_acceptable(struct ev_loop *ev, ev_io *watcher, int events)
{
    (void)ev;
    hob_server *self = watcher->data;
    if (events & EV_ERROR) { /* epoll had no memory for the listener, and libev has stopped it */
        pause_accepting(self);
        return;
    }
    const struct listener *listener = list_entry(watcher, struct listener, acceptable);
    accept_connections(self, listener, self->options.accept_batch);
}

/*
 * Start and stop.
 */

void acceptor_start(hob_server *server)
{
    ev_timer_init(&server->acceptor.pause, on_pause_over, ACCEPT_PAUSE, 0.);
    server->acceptor.pause.data = server;
    for (size_t i = 0; i < server->listener_count; i++) {
        struct listener *listener = &server->listeners[i];
        ev_io_init(&listener->acceptable, on_acceptable, listener->fd, EV_READ);
        listener->acceptable.data = server;
    }
    watch(server);
}

/*
 * Accepts all clients of the queues, and those whose handshake is on its way: they count as
 * connected on their side once they have sent its last part.
 */
static void accept_rest(hob_server *self, double seconds)
{
    for (size_t i = 0; i < self->listener_count; i++)
        listener_shut(&self->listeners[i]);
    if (seconds > 0)
        hob_sleep(seconds);
    self->acceptor.state = ACCEPTOR_STOPPED;
    for (size_t i = 0; i < self->listener_count; i++)
        accept_connections(self, &self->listeners[i], UINT16_MAX); /* no queue is longer */
}

void acceptor_stop(hob_server *server)
{
    double idle_grace = server->options.idle_grace;
    if (!server->options.shared)
        accept_rest(server, idle_grace < HANDSHAKE_TIME ? idle_grace : HANDSHAKE_TIME);
    unwatch(server, ACCEPTOR_STOPPED);
    ev_timer_stop(task_ev_loop(server->task), &server->acceptor.pause);
    for (size_t i = 0; i < server->listener_count; i++)
        listener_close(&server->listeners[i]);
}
