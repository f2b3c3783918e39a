/*
 * A server runs: from hob_server_run() to its return.
 *
 *     serving --stop, drain_delay--> closing --accept queues are empty--> draining --> ended
 */
#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "connection.h"
#include "hob/log.h"
#include "hob/text.h"
#include "http2/session.h"
#include "server.h"

/* How often, in seconds, a server that drains closes connections that have become idle. */
#define SWEEP_PERIOD 0.02

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
    stop_signals_acknowledge();
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

/* Ends the process if cancelled handlers do not end. */
static void limit_stopping(hob_server *self)
{
    double seconds = server_longest_stop(self);
    if (self->options.handle_signals && isfinite(seconds))
        stop_signals_limit(&self->signals, seconds);
}

/*
 * Stopping.
 */

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

/* Handlers that have taken over a connection have no last response that could end it. */
static void cancel_taken_over(const hob_server *self)
{
    for (struct list *link = self->connections.next; link != &self->connections;) {
        const struct connection *connection = list_entry(link, struct connection, link);
        link = link->next;
        if (connection->taken_over)
            task_cancel(connection->task, -ECANCELED);
    }
}

void server_begin_closing(hob_server *self)
{
    self->closing = true;
    http2_drain(self);
    cancel_taken_over(self);
    while (!list_empty(&self->stopping_futures)) {
        struct list *link = self->stopping_futures.next;
        list_remove(link);
        future_complete(&list_entry(link, struct stopping_future, link)->future, 0);
    }
}

/*
 * Draining.
 */

void server_remove_connection(hob_server *self)
{
    assert(self->connection_count > 0);
    self->connection_count--;
    if (self->drained && self->connection_count == 0)
        future_complete(self->drained, 0);
    acceptor_resume(self);
}

/*
 * Closes connections that have been idle for so many seconds. A client may be sending a request
 * right when its connection is closed, and would get no response. So those that were busy a moment
 * ago may stay until their next request, whose response announces that it is the last one.
 */
static void close_idle_connections(hob_server *self, double seconds)
{
    double limit = hob_now() - seconds;
    batch_send(&self->batch); /* first, since without memory it closes connections of the list */
    struct list *link = self->connections.next;
    while (link != &self->connections) {
        struct connection *connection = list_entry(link, struct connection, link);
        link = link->next;
        if (connection->idle_since <= limit)
            connection_close_if_idle(connection);
    }
}

static void on_sweep(struct ev_loop *ev, ev_timer *watcher, int events)
{
    (void)ev;
    (void)events;
    hob_server *self = watcher->data;
    close_idle_connections(self, self->options.idle_grace);
}

static void on_grace_over(struct ev_loop *ev, ev_timer *watcher, int events)
{
    (void)ev;
    (void)events;
    hob_server *self = watcher->data;
    hob_log(
        HOB_LOG_WARN, "%zu requests took longer than the grace of %s seconds and are cancelled",
        self->serving_count, HOB_NUMBER(self->options.grace));
    future_complete(self->drained, -ETIMEDOUT);
}

/* Waits until the last connection was closed, or until the end of the grace, by hob_now(). */
static int drain(hob_server *self, double grace_end)
{
    static const struct future_kind event = {.cancel = future_complete};
    struct ev_loop *ev = task_ev_loop(self->task);
    hob_future drained;
    ev_timer grace;
    ev_timer sweep;
    close_idle_connections(self, self->options.idle_grace);
    if (self->connection_count == 0)
        return 0;
    future_init(&drained, &event, NULL);
    self->drained = &drained;
    ev_timer_init(&grace, on_grace_over, grace_end - hob_now(), 0.);
    ev_timer_init(&sweep, on_sweep, SWEEP_PERIOD, SWEEP_PERIOD);
    grace.data = sweep.data = self;
    ev_now_update(ev);
    ev_timer_start(ev, &grace);
    ev_timer_start(ev, &sweep);
    int err = hob_await(&drained);
    self->drained = NULL;
    ev_timer_stop(ev, &grace);
    ev_timer_stop(ev, &sweep);
    return err == -ETIMEDOUT ? 0 : err;
}

/* Closes the connections that no task serves, whether there is input for them or not. */
static void close_unserved_connections(hob_server *self)
{
    batch_send(&self->batch); /* first, as above */
    struct list *link = self->connections.next;
    while (link != &self->connections) {
        struct connection *connection = list_entry(link, struct connection, link);
        link = link->next;
        if (!connection->task && !http2_is_serving(connection))
            connection_close(connection);
    }
}

/*
 * Running.
 */

void server_reject_for_memory(hob_server *self)
{
    server_count_reject(self, HOB_REJECT_MEMORY);
    refusal_log_add(&self->refused.memory, "a connection is closed", ENOMEM);
}

/* Called when the tasks of all connections have ended. */
static void end(void *server)
{
    hob_server *self = server;
    close_unserved_connections(self); /* those of HTTP/2, which have no tasks of their own */
    assert(self->connection_count == 0 && self->serving_count == 0);
    batch_free(&self->batch);
    refusal_log_end(&self->refused.memory);
    refusal_log_end(&self->refused.descriptors);
    refusal_log_end(&self->refused.proxies);
}

static int begin(hob_server *self)
{
    struct ev_loop *ev = task_ev_loop(self->task);
    self->stacks = stacks_of_size(&self->task->future.loop->stacks, self->options.stack);
    idle_list_init(&self->idle_new, ev, self->options.head_timeout);
    idle_list_init(&self->idle, ev, self->options.idle_timeout);
    batch_init(&self->batch, self->task->future.loop);
    refusal_log_init(&self->refused.memory, ev);
    refusal_log_init(&self->refused.descriptors, ev);
    refusal_log_init(&self->refused.proxies, ev);
    return hob_defer(end, self);
}

/* Waits until the server is stopping and the drain_delay is over. Returns 0 or a negative errno. */
static int serve_until_stopping(hob_server *self)
{
    int err = hob_await(&self->stop);
    double delay = self->options.drain_delay;
    limit_stopping(self);
    if (err < 0 || delay == 0)
        return err;
    hob_log(
        HOB_LOG_INFO, "not ready for new clients, but serves as before for %s seconds",
        HOB_NUMBER(delay));
    return hob_sleep(delay);
}

/*
 * The connections' tasks are children of this one: those that are left when it returns are
 * cancelled and joined.
 */
static int serve(void *server)
{
    hob_server *self = server;
    self->task = task_current(__func__);
    int err = begin(self);
    if (err < 0)
        return err;
    acceptor_start(self);
    watch_signals(self);
    err = serve_until_stopping(self);
    double grace_end = hob_now() + self->options.grace;
    server_begin_closing(self);
    acceptor_stop(self);
    if (err == 0)
        err = drain(self, grace_end);
    close_unserved_connections(self);
    unwatch_signals(self);
    idle_list_stop(&self->idle_new);
    idle_list_stop(&self->idle);
    return err;
}

static int run(void *server)
{
    hob_server *self = server;
    int err = hob_await(hob_async(serve, self)); /* and all handlers have ended */
    stop_signals_unlimit(&self->signals);
    return err;
}

int hob_server_run(hob_server *server)
{
    return loop_current() ? run(server) : hob_block_on_named(__func__, run, server);
}

hob_future *hob_server_start(hob_server *server)
{
    return hob_async_named("hob_server_run", run, server);
}
