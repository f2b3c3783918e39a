#include "server.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * Options.
 */

static bool complete_time(double *seconds, double usual)
{
    if (*seconds == 0)
        *seconds = usual;
    return *seconds > 0; /* false for NaN, too */
}

/* Sets the default if the time is 0. Less than 0 means none. */
static bool complete_grace(double *seconds, double usual)
{
    if (*seconds == 0)
        *seconds = usual;
    if (*seconds < 0)
        *seconds = 0;
    return *seconds >= 0;
}

static void complete_size(size_t *size, size_t usual)
{
    if (*size == 0)
        *size = usual;
}

int server_options_complete(hob_server_options *options)
{
    complete_size(&options->target_limit, (size_t)8 * 1024);
    complete_size(&options->head_limit, (size_t)16 * 1024);
    complete_size(&options->header_limit, 100);
    complete_size(&options->body_limit, (size_t)1024 * 1024);
    complete_size(&options->pipeline_limit, (size_t)64 * 1024);
    complete_size(&options->accept_batch, 64);
    bool valid = complete_time(&options->head_timeout, 10);
    valid &= complete_time(&options->body_timeout, 15);
    valid &= complete_time(&options->handler_timeout, 30);
    valid &= complete_time(&options->write_timeout, 20);
    valid &= complete_time(&options->idle_timeout, 75);
    valid &= complete_time(&options->linger_timeout, 2);
    valid &= complete_grace(&options->drain_delay, 0);
    valid &= complete_grace(&options->grace, 30);
    valid &= complete_grace(&options->idle_grace, 1);
    valid &= options->stack <= HOB_STACK_MAX;
    return valid ? 0 : -ERANGE;
}

struct parser_limits server_parser_limits(const hob_server_options *options)
{
    return (struct parser_limits){
        .target = options->target_limit,
        .head = options->head_limit,
        .header_count = options->header_limit,
        .framing = options->head_limit, /* for trailers, which are fields too */
    };
}

/*
 * Open and closed.
 */

/* Takes over the sockets. If it fails, they are still the caller's. */
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
        self->listeners[i].tls = self->options.tls ? self->options.tls[i] : NULL;
        self->exposed |= self->listeners[i].exposed;
    }
    self->listener_count = count;
    return (self->listeners[0].tls ? hob_socket_https_url : hob_socket_url)(
        sockets[0], self->url, sizeof(self->url));
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
    static const struct future_kind event = {.cancel = future_complete};
    hob_server_options complete = *options;
    bool possible = !options->proxy_protocol || options->trusted_proxy_count > 0;
    int err = options->handler && possible ? server_options_complete(&complete) : -EINVAL;
    if (err < 0)
        return err;
    const struct parser_limits limits = server_parser_limits(&complete);
    hob_server *self = calloc(1, sizeof(*self));
    struct workspace *workspace = workspace_new(parser_room(&limits));
    if (!self || !workspace) {
        free(self);
        workspace_free(workspace);
        return -ENOMEM;
    }
    self->options = complete;
    self->parser_limits = limits;
    self->workspace = workspace;
    list_init(&self->connections);
    list_init(&self->stopping_futures);
    future_init(&self->stop, &event, NULL);
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

/* Seconds for the clean-ups of handlers that were cancelled at the end of the grace. */
#define CLEAN_UP_TIME 3

double server_longest_stop(const hob_server *self)
{
    return self->options.drain_delay + self->options.grace + CLEAN_UP_TIME;
}

static int take_signals(hob_server *self)
{
    int err = self->options.handle_signals ? stop_signals_take(server_longest_stop(self)) : 0;
    if (err < 0)
        self->options.handle_signals = false; /* then server_free() does not release them */
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
    acceptor_init(&self->acceptor, options->connection_limit);
    *server = self;
    return 0;
}

void hob_server_close(hob_server *server)
{
    if (!server)
        return;
    for (size_t i = 0; i < server->listener_count; i++)
        listener_close(&server->listeners[i]);
    acceptor_free(&server->acceptor);
    server_free(server);
}
