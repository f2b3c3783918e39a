#include "door.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection.h"
#include "hob/log.h"
#include "hob/runtime.h"
#include "runtime/loop.h"
#include "server.h"

/* Seconds without accepting when the system has no descriptors left. */
#define ACCEPT_PAUSE  0.1
#define DEFAULT_LIMIT 16384
/* Seconds that clients get to complete a handshake when the server stops: a slow round trip. */
#define LAST_CALL 0.1
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

void door_init(struct door *self, size_t wanted)
{
    size_t most = most_connections();
    size_t limit = wanted > 0 ? wanted : DEFAULT_LIMIT;
    if (wanted > most)
        hob_log(
            HOB_LOG_WARN, "no more than %zu connections are served: see ulimit -n (RLIMIT_NOFILE)",
            most);
    *self = (struct door){.limit = limit < most ? limit : most, .descriptors = most};
    self->surplus = self->limit / 8 + 1;
    self->spare = eventfd(0, EFD_CLOEXEC);
}

void door_free(struct door *self)
{
    if (self->spare >= 0)
        close(self->spare);
    self->spare = -1;
}

/* How many more clients can be served. Negative if there are more than that. */
static long room(const hob_server *self)
{
    const struct door *door = &self->door;
    long connections = (long)door->limit - (long)self->connection_count;
    long descriptors =
        (long)door->descriptors - (long)(self->connection_count + self->reserved_descriptors);
    return connections < descriptors ? connections : descriptors;
}

bool door_is_crowded(const hob_server *server)
{
    return room(server) < 0;
}

/*
 * Watching the queues.
 */

static void watch(hob_server *self)
{
    for (size_t i = 0; i < self->listener_count; i++)
        ev_io_start(task_ev_loop(self->task), &self->listeners[i].acceptable);
}

static void unwatch(hob_server *self)
{
    for (size_t i = 0; i < self->listener_count; i++)
        ev_io_stop(task_ev_loop(self->task), &self->listeners[i].acceptable);
}

/* Else clients that cannot be accepted would wake us for ever. */
static void pause_accepting(hob_server *self)
{
    struct door *door = &self->door;
    unwatch(self);
    if (!door->open)
        return;
    ev_timer_set(&door->pause, ACCEPT_PAUSE, 0.);
    ev_timer_start(task_ev_loop(self->task), &door->pause);
}

static void on_pause_over(struct ev_loop *ev, ev_timer *watcher, int events)
{
    (void)ev;
    (void)events;
    watch(watcher->data);
}

void door_make_room(hob_server *server)
{
    struct door *door = &server->door;
    if (room(server) > (long)door->limit / 8) /* so that the warning does not come often */
        door->crowded = false;
    if (!door->full)
        return;
    door->full = false;
    watch(server);
}

/*
 * Letting in.
 */

static void let_in(hob_server *self, int fd, const union peer *peer)
{
    struct door *door = &self->door;
    door->exhausted = false;
    if (connection_open(self, fd, peer) < 0)
        server_lacks_memory(self);
    if (door_is_crowded(self) && !door->crowded) {
        door->crowded = true;
        hob_log(
            HOB_LOG_WARN, "more than %zu connections: new ones are told to come back",
            self->connection_count - 1);
    }
}

/* The address of a unix socket is cut, since nobody asks for it. */
static int accept_one(hob_server *self, const struct listener *listener, union peer *peer)
{
    socklen_t size = sizeof(*peer);
    int fd = accept4(listener->fd, &peer->any, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    self->counts.accepted += fd >= 0;
    return fd;
}

/*
 * Tells a client with the spare descriptor. It cannot be waited for, so one that sends its request
 * later may see a reset instead. Returns false if there was none, or there is no spare.
 */
static bool turn_away(hob_server *self, const struct listener *listener)
{
    static const char sorry[] = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n"
                                "Retry-After: 1\r\nConnection: close\r\n\r\n";
    struct workspace *workspace = self->workspace;
    struct door *door = &self->door;
    union peer peer;
    if (door->spare < 0)
        return false;
    close(door->spare);
    int fd = accept_one(self, listener, &peer);
    if (fd >= 0) {
        server_reject(self, HOB_REJECT_DESCRIPTORS);
        send(fd, sorry, sizeof(sorry) - 1, MSG_NOSIGNAL);
        shutdown(fd, SHUT_WR);
        recv(fd, workspace->in, sizeof(workspace->in), 0); /* unread input means a reset */
        close(fd);
    }
    door->spare = eventfd(0, EFD_CLOEXEC);
    return fd >= 0;
}

/* Whether there is no room even for clients that get a 503. */
static bool is_full(const hob_server *self)
{
    return room(self) <= -(long)self->door.surplus;
}

/*
 * Accepts a connection, or turns one away. Returns 0, or a negative errno if there are no more, or
 * none can be accepted now.
 */
static int accept_or_turn_away(hob_server *self, const struct listener *listener)
{
    union peer peer = {0};
    int fd = accept_one(self, listener, &peer);
    int err = errno;
    if (fd >= 0)
        let_in(self, fd, &peer);
    if (fd >= 0)
        return 0;
    if (err == EAGAIN || err == EWOULDBLOCK)
        return -EAGAIN;
    if (err != EMFILE && err != ENFILE && err != ENOBUFS && err != ENOMEM)
        return 0; /* that of one connection, which is gone (accept(2)) */
    refusals_note(&self->refused.descriptors, "new connections have to wait", err);
    self->door.exhausted = true;
    return err == EMFILE && turn_away(self, listener) ? 0 : -err;
}

/* Accepts up to `limit` connections, without regard to how much room there is. */
static void accept_connections(hob_server *self, const struct listener *listener, size_t limit)
{
    int err = 0;
    for (size_t i = 0; i < limit && err == 0; i++) {
        if (self->door.open && is_full(self)) {
            self->door.full = true;
            unwatch(self);
            return;
        }
        err = accept_or_turn_away(self, listener);
    }
    if (self->door.exhausted && err != -EAGAIN)
        pause_accepting(self);
}

static void on_acceptable(struct ev_loop *ev, ev_io *watcher, int events)
{
    (void)ev;
    hob_server *self = watcher->data;
    if (events & EV_ERROR) { /* epoll had no memory for the listener, which libev has stopped */
        pause_accepting(self);
        return;
    }
    const struct listener *listener = list_entry(watcher, struct listener, acceptable);
    accept_connections(self, listener, self->options.accept_batch);
}

/*
 * Opening and closing.
 */

void door_open(hob_server *server)
{
    server->door.open = true;
    ev_timer_init(&server->door.pause, on_pause_over, ACCEPT_PAUSE, 0.);
    server->door.pause.data = server;
    for (size_t i = 0; i < server->listener_count; i++) {
        struct listener *listener = &server->listeners[i];
        ev_io_init(&listener->acceptable, on_acceptable, listener->fd, EV_READ);
        listener->acceptable.data = server;
    }
    watch(server);
}

/*
 * Clients whose handshake is on its way have to be waited for: they count on being connected as
 * soon as they have sent its last part.
 */
static void make_last_call(hob_server *self, double seconds)
{
    for (size_t i = 0; i < self->listener_count; i++)
        listener_shut(&self->listeners[i]);
    if (seconds > 0)
        hob_sleep(seconds);
    self->door.open = false;
    for (size_t i = 0; i < self->listener_count; i++)
        accept_connections(self, &self->listeners[i], UINT16_MAX); /* no queue is longer */
}

void door_close(hob_server *server)
{
    double patience = server->options.idle_grace;
    if (!server->options.shared)
        make_last_call(server, patience < LAST_CALL ? patience : LAST_CALL);
    server->door.open = false;
    server->door.full = false;
    unwatch(server);
    ev_timer_stop(task_ev_loop(server->task), &server->door.pause);
    for (size_t i = 0; i < server->listener_count; i++)
        listener_close(&server->listeners[i]);
}
