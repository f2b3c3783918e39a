#include "server.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection.h"
#include "hob/log.h"
#include "hob/runtime.h"
#include "limits.h"
#include "listener.h"
#include "runtime/loop.h"
#include "stopping.h"

/* Connections taken from the queue before requests get their turn. */
#define ACCEPT_BATCH 64
/* Seconds without accepting when the system has no descriptors left. */
#define ACCEPT_PAUSE 0.1

static void cancel_event(hob_future *future, int reason)
{
    future_complete(future, reason);
}

static const struct future_kind event = {.cancel = cancel_event};

/*
 * From hob_server_open() until the server runs, signals wait: whoever has been told the URL may
 * stop the server at once, and it is to stop as it always does.
 */
static void hold_signals(int how)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(how, &signals, NULL);
}

int hob_server_open(const hob_server_options *options, hob_server **server)
{
    hob_server *self = calloc(1, sizeof(*self));
    struct workspace *workspace = calloc(1, sizeof(*workspace));
    int err = -ENOMEM;
    if (!self || !workspace)
        goto fail;
    self->options = *options;
    self->workspace = workspace;
    err = limits_complete(&self->options);
    if (err < 0)
        goto fail;
    self->listener = err =
        listener_open(options->host ? options->host : "127.0.0.1", options->port);
    if (err < 0)
        goto fail;
    err = listener_url(self->listener, self->url, sizeof(self->url));
    if (err < 0)
        goto fail_listening;
    list_init(&self->connections);
    list_init(&self->told_when_stopping);
    future_init(&self->stop, &event, NULL);
    future_init(&self->drained, &event, NULL);
    if (options->handle_signals)
        hold_signals(SIG_BLOCK);
    *server = self;
    return 0;

fail_listening:
    close(self->listener);
fail:
    free(workspace);
    free(self);
    return err;
}

void hob_server_close(hob_server *server)
{
    if (!server)
        return;
    if (server->listener >= 0)
        close(server->listener);
    if (server->options.handle_signals)
        hold_signals(SIG_UNBLOCK); /* in case it never ran */
    buffer_free(&server->workspace->out);
    free(server->workspace);
    free(server);
}

const char *hob_server_url(const hob_server *server)
{
    return server->url;
}

void hob_server_stop(hob_server *server)
{
    future_complete(&server->stop, 0);
}

/*
 * Accepting.
 */

static void pause_accepting(hob_server *self, int err)
{
    hob_log(HOB_LOG_WARN, "new connections wait: %s", strerror(err));
    ev_io_stop(task_ev_loop(self->task), &self->acceptable);
    ev_timer_set(&self->accept_pause, ACCEPT_PAUSE, 0.);
    ev_timer_start(task_ev_loop(self->task), &self->accept_pause);
}

/* Accepts up to `limit` connections. Returns whether there may be more. */
static bool accept_connections(hob_server *self, int limit)
{
    for (int i = 0; i < limit; i++) {
        int fd = accept4(self->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            if (connection_open(self, fd) < 0)
                hob_log(HOB_LOG_WARN, "no memory for another connection: it is closed");
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return false;
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            pause_accepting(self, errno); /* else the waiting connection would wake us for ever */
            return false;
        } /* any other error is that of one connection, which is gone (accept(2)) */
    }
    return true;
}

static void on_acceptable(struct ev_loop *ev, ev_io *watcher, int events)
{
    (void)ev;
    (void)events;
    accept_connections(watcher->data, ACCEPT_BATCH);
}

static void on_accept_pause_over(struct ev_loop *ev, ev_timer *watcher, int events)
{
    (void)events;
    hob_server *self = watcher->data;
    ev_io_start(ev, &self->acceptable);
}

/*
 * Signals.
 */

/* Also ends a program that is process 1 of a container, where default actions do nothing. */
static void exit_at_once(int signal_number)
{
    _exit(128 + signal_number);
}

static void on_signal(struct ev_loop *ev, ev_signal *watcher, int events)
{
    hob_server *self = watcher->data;
    (void)events;
    hob_log(
        HOB_LOG_INFO,
        "stopping: %zu requests in progress get %g seconds; another signal stops at once",
        self->serving_count, self->options.grace);
    /* The second one must work even while a handler keeps the thread, so libev is left out. */
    ev_signal_stop(ev, &self->interrupt);
    ev_signal_stop(ev, &self->terminate);
    struct sigaction action = {.sa_handler = exit_at_once};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    hob_server_stop(self);
}

static void watch_signals(hob_server *self)
{
    struct ev_loop *ev = task_ev_loop(self->task);
    ev_signal_init(&self->interrupt, on_signal, SIGINT);
    ev_signal_init(&self->terminate, on_signal, SIGTERM);
    self->interrupt.data = self->terminate.data = self;
    if (self->options.handle_signals) {
        ev_signal_start(ev, &self->interrupt);
        ev_signal_start(ev, &self->terminate);
        hold_signals(SIG_UNBLOCK);
    }
}

static void unwatch_signals(hob_server *self)
{
    struct ev_loop *ev = task_ev_loop(self->task);
    if (!self->options.handle_signals)
        return;
    ev_signal_stop(ev, &self->interrupt);
    ev_signal_stop(ev, &self->terminate);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
}

/*
 * Running.
 */

static void start_accepting(hob_server *self)
{
    ev_io_init(&self->acceptable, on_acceptable, self->listener, EV_READ);
    ev_timer_init(&self->accept_pause, on_accept_pause_over, ACCEPT_PAUSE, 0.);
    self->acceptable.data = self->accept_pause.data = self;
    ev_io_start(task_ev_loop(self->task), &self->acceptable);
}

/* Clients in the queue have been told that they are connected, so they are served as well. */
static void stop_accepting(hob_server *self)
{
    accept_connections(self, SOMAXCONN);
    ev_io_stop(task_ev_loop(self->task), &self->acceptable);
    ev_timer_stop(task_ev_loop(self->task), &self->accept_pause);
    close(self->listener);
    self->listener = -1;
}

static void finish_idle_connections(hob_server *self)
{
    struct list *link = self->connections.next;
    while (link != &self->connections) {
        struct connection *connection = list_entry(link, struct connection, link);
        link = link->next;
        connection_finish(connection);
    }
}

static void on_grace_over(struct ev_loop *ev, ev_timer *watcher, int events)
{
    (void)ev;
    (void)events;
    hob_server *self = watcher->data;
    hob_log(
        HOB_LOG_WARN, "%zu requests took longer than the grace of %g seconds and are given up",
        self->serving_count, self->options.grace);
    future_complete(&self->drained, -ETIMEDOUT);
}

/* Waits until the last connection has been closed, or the grace is over. */
static int drain(hob_server *self)
{
    struct ev_loop *ev = task_ev_loop(self->task);
    ev_timer grace;
    if (self->connection_count == 0)
        return 0;
    ev_timer_init(&grace, on_grace_over, self->options.grace, 0.);
    grace.data = self;
    ev_now_update(ev);
    ev_timer_start(ev, &grace);
    int err = hob_await(&self->drained);
    ev_timer_stop(ev, &grace);
    return err == -ETIMEDOUT ? 0 : err;
}

/* The connections' tasks are this one's children: those that are left are cancelled at its end. */
static int run(void *arg)
{
    hob_server *self = arg;
    self->task = task_current(__func__);
    waiting_init(&self->silent, task_ev_loop(self->task), self->options.head_timeout);
    waiting_init(&self->idle, task_ev_loop(self->task), self->options.idle_timeout);
    start_accepting(self);
    watch_signals(self);
    int err = hob_await(&self->stop);
    self->stopping = true;
    tell_stopping(self);
    stop_accepting(self);
    finish_idle_connections(self);
    if (err == 0)
        err = drain(self);
    unwatch_signals(self);
    waiting_stop(&self->silent);
    waiting_stop(&self->idle);
    return err;
}

int hob_server_run(void *server)
{
    return hob_await(hob_async(run, server));
}
