#include "server.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "connection.h"
#include "door.h"
#include "hob/log.h"
#include "hob/runtime.h"
#include "hob/text.h"
#include "net/listener.h"
#include "request_limits.h"
#include "runtime/loop.h"
#include "stopping.h"

/* How often, in seconds, a server that stops looks for connections that have become idle. */
#define SWEEP_PERIOD 0.02

static const struct future_kind event = {.cancel = future_complete};

/* Takes over the sockets. With an error they are still the caller's. */
static int take_sockets(hob_server *self, const int *sockets, size_t count)
{
    self->listeners = calloc(count, sizeof(*self->listeners));
    if (!self->listeners)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        int err = listener_take(&self->listeners[i], sockets[i]);
        if (err < 0)
            return err;
        if (self->options.socket_files)
            listener_set_file(&self->listeners[i], &self->options.socket_files[i]);
        self->exposed |= self->listeners[i].exposed;
    }
    self->listener_count = count;
    return hob_socket_url(sockets[0], self->url, sizeof(self->url));
}

static int listen_somewhere(hob_server *self)
{
    int fd = hob_listen("127.0.0.1:0");
    int err = fd < 0 ? fd : take_sockets(self, &fd, 1);
    if (fd >= 0 && err < 0)
        close(fd);
    return err;
}

int server_new(const hob_server_options *options, hob_server **server)
{
    hob_server_options complete = *options;
    int err = options->handler ? limits_complete(&complete) : -EINVAL;
    if (err < 0)
        return err;
    hob_server *self = calloc(1, sizeof(*self));
    struct workspace *workspace = workspace_new(complete.head_limit);
    if (!self || !workspace) {
        free(self);
        workspace_free(workspace);
        return -ENOMEM;
    }
    self->options = complete;
    self->parser_limits = limits_for_parser(&complete);
    self->workspace = workspace;
    list_init(&self->connections);
    list_init(&self->told_when_stopping);
    future_init(&self->stop, &event, NULL);
    future_init(&self->drained, &event, NULL);
    *server = self;
    return 0;
}

static int open_sockets(hob_server *self)
{
    const hob_server_options *options = &self->options;
    if (options->socket_count == 0)
        return listen_somewhere(self);
    return take_sockets(self, options->sockets, options->socket_count);
}

/* Seconds that handlers get to clean up when they were cancelled at the end of the grace. */
#define CLEAN_UP_TIME 3

/* How long it may take to stop. */
static double longest_stop(const hob_server *self)
{
    return self->options.drain_delay + self->options.grace + CLEAN_UP_TIME;
}

static int take_signals(hob_server *self)
{
    int err = self->options.handle_signals ? stop_signals_take(longest_stop(self)) : 0;
    if (err < 0)
        self->options.handle_signals = false; /* they are not released then */
    return err;
}

void server_free(hob_server *self)
{
    if (self->options.handle_signals)
        stop_signals_release();
    free(self->listeners);
    free(self->observers);
    workspace_free(self->workspace);
    free(self);
}

int hob_server_open(const hob_server_options *options, hob_server **server)
{
    hob_server *self;
    int err = server_new(options, &self);
    if (err < 0)
        return err;
    err = take_signals(self);
    if (err == 0)
        err = open_sockets(self);
    if (err < 0) {
        server_free(self);
        return err;
    }
    door_init(&self->door, options->connection_limit);
    *server = self;
    return 0;
}

void hob_server_close(hob_server *server)
{
    if (!server)
        return;
    for (size_t i = 0; i < server->listener_count; i++)
        listener_close(&server->listeners[i]);
    door_free(&server->door);
    server_free(server);
}

int hob_server_observe(hob_server *server, hob_observer *observer, void *context)
{
    size_t size = (server->observer_count + 1) * sizeof(server->observers[0]);
    struct observer *larger = realloc(server->observers, size);
    if (!larger)
        return -ENOMEM;
    larger[server->observer_count++] = (struct observer){observer, context};
    server->observers = larger;
    return 0;
}

bool hob_server_is_exposed(const hob_server *server)
{
    return server->exposed;
}

const char *const *hob_server_allowed_hosts(const hob_server *server, size_t *count)
{
    *count = server->options.allowed_host_count;
    return server->options.allowed_hosts;
}

const char *hob_server_url(const hob_server *server)
{
    return server->url;
}

void hob_server_stop(hob_server *server)
{
    future_complete(&server->stop, 0);
}

bool hob_server_is_stopping(const hob_server *server)
{
    return server->stop.ready;
}

void hob_server_leave(hob_server *server)
{
    if (hob_server_is_stopping(server))
        return;
    server->options.shared = true;
    server->options.drain_delay = 0;
    hob_server_stop(server);
}

/*
 * Signals.
 */

static void on_signal(struct ev_loop *ev, ev_signal *watcher, int events)
{
    hob_server *self = watcher->data;
    (void)ev;
    (void)events;
    hob_log(
        HOB_LOG_INFO,
        "stopping: %zu requests in progress get %s seconds; another signal stops at once",
        self->serving_count, HOB_NUMBER(self->options.grace));
    stop_signals_heed();
    hob_server_stop(self);
}

static void watch_signals(hob_server *self)
{
    if (self->options.handle_signals)
        stop_signals_watch(&self->signals, task_ev_loop(self->task), on_signal, self);
}

static void unwatch_signals(hob_server *self)
{
    if (self->options.handle_signals)
        stop_signals_unwatch(&self->signals, task_ev_loop(self->task));
}

/* Handlers that do not end although they were cancelled must not keep the process for ever. */
static void limit_stopping(hob_server *self)
{
    double seconds = longest_stop(self);
    if (self->options.handle_signals && isfinite(seconds))
        stop_signals_limit(&self->signals, seconds);
}

/*
 * Running.
 */

void server_lacks_memory(hob_server *self)
{
    server_reject(self, HOB_REJECT_MEMORY);
    refusals_note(&self->refused.memory, "a connection is closed", ENOMEM);
}

void server_connection_gone(hob_server *self)
{
    self->connection_count--;
    if (self->draining && self->connection_count == 0)
        future_complete(&self->drained, 0);
    door_make_room(self);
}

/*
 * Closing a connection is a race that a client can lose: what it sends at that moment is never
 * read. So those that were busy a moment ago may stay until their next request, whose response says
 * that it is the last one.
 */
static void finish_idle_connections(hob_server *self, double idle_grace)
{
    double limit = hob_now() - idle_grace;
    turn_send(&self->turn); /* first: without memory that may close any connection of the list */
    struct list *link = self->connections.next;
    while (link != &self->connections) {
        struct connection *connection = list_entry(link, struct connection, link);
        link = link->next;
        if (connection->idle_since <= limit)
            connection_finish(connection);
    }
}

static void on_sweep(struct ev_loop *ev, ev_timer *watcher, int events)
{
    (void)ev;
    (void)events;
    hob_server *self = watcher->data;
    finish_idle_connections(self, self->options.idle_grace);
}

static void on_grace_over(struct ev_loop *ev, ev_timer *watcher, int events)
{
    (void)ev;
    (void)events;
    hob_server *self = watcher->data;
    hob_log(
        HOB_LOG_WARN, "%zu requests took longer than the grace of %s seconds and are given up",
        self->serving_count, HOB_NUMBER(self->options.grace));
    future_complete(&self->drained, -ETIMEDOUT);
}

/* Waits until the last connection has been closed, or the grace is over: at this time. */
static int drain(hob_server *self, double grace_end)
{
    struct ev_loop *ev = task_ev_loop(self->task);
    ev_timer grace;
    ev_timer sweep;
    finish_idle_connections(self, self->options.idle_grace);
    if (self->connection_count == 0)
        return 0;
    self->draining = true;
    ev_timer_init(&grace, on_grace_over, grace_end - hob_now(), 0.);
    ev_timer_init(&sweep, on_sweep, SWEEP_PERIOD, SWEEP_PERIOD);
    grace.data = sweep.data = self;
    ev_now_update(ev);
    ev_timer_start(ev, &grace);
    ev_timer_start(ev, &sweep);
    int err = hob_await(&self->drained);
    ev_timer_stop(ev, &grace);
    ev_timer_stop(ev, &sweep);
    return err == -ETIMEDOUT ? 0 : err;
}

/* Those that no task serves. */
static void close_idle_connections(hob_server *self)
{
    turn_send(&self->turn); /* first, as above */
    struct list *link = self->connections.next;
    while (link != &self->connections) {
        struct connection *connection = list_entry(link, struct connection, link);
        link = link->next;
        if (!connection->task)
            connection_close(connection);
    }
}

/* Called when the last connection's task has ended. */
static void end_watchers(void *server)
{
    hob_server *self = server;
    turn_free(&self->turn);
    refusals_end(&self->refused.memory);
    refusals_end(&self->refused.descriptors);
}

/* Waits until it is time to stop. Returns 0 or a negative errno. */
static int serve_until_stopped(hob_server *self)
{
    int err = hob_await(&self->stop);
    double delay = self->options.drain_delay;
    limit_stopping(self);
    if (err < 0 || delay == 0)
        return err;
    hob_log(
        HOB_LOG_INFO, "not ready for new clients: everything is served for %s seconds",
        HOB_NUMBER(delay));
    return hob_sleep(delay);
}

/* The connections' tasks are this one's children: those that are left are cancelled at its end. */
static int run(void *arg)
{
    hob_server *self = arg;
    self->task = task_current(__func__);
    self->stacks = stacks_of_size(&self->task->future.loop->stacks, self->options.stack);
    waiting_init(&self->silent, task_ev_loop(self->task), self->options.head_timeout);
    waiting_init(&self->idle, task_ev_loop(self->task), self->options.idle_timeout);
    turn_init(&self->turn, self->task->future.loop);
    refusals_init(&self->refused.memory, task_ev_loop(self->task));
    refusals_init(&self->refused.descriptors, task_ev_loop(self->task));
    if (hob_defer(end_watchers, self) < 0)
        return -ENOMEM;
    door_open(self);
    watch_signals(self);
    int err = serve_until_stopped(self);
    double grace_end = hob_now() + self->options.grace;
    self->stopping = true;
    tell_stopping(self);
    door_close(self);
    if (err == 0)
        err = drain(self, grace_end);
    close_idle_connections(self);
    unwatch_signals(self);
    waiting_stop(&self->silent);
    waiting_stop(&self->idle);
    return err;
}

/* The whole life of a server that runs, in a coroutine. */
static int serve(void *server)
{
    hob_server *self = server;
    int err = hob_await(hob_async(run, self)); /* and all handlers have ended */
    stop_signals_unlimit(&self->signals);
    return err;
}

int hob_server_run(hob_server *server)
{
    return loop_current() ? serve(server) : hob_block_on_named(__func__, serve, server);
}

hob_future *hob_server_start(hob_server *server)
{
    return hob_async_named("hob_server_run", serve, server);
}
