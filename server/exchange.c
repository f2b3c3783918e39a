#include "exchange.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "hob/log.h"
#include "hob/text.h"
#include "http/status.h"
#include "runtime/loop.h"

void exchange_init(
    struct exchange *self, const struct carrier *carrier, hob_server *server, struct task *task,
    double began)
{
    request_init(&self->req, carrier, server, task);
    response_init(&self->res, &self->req);
    self->began = began;
    self->timed_out = self->overdue = self->observed = false;
}

void exchange_free(struct exchange *self)
{
    if (self->overdue)
        ev_timer_stop(task_ev_loop(self->req.task), &self->timer);
    response_free(&self->res);
    request_free(&self->req);
}

/*
 * Errors.
 */

void exchange_refuse(struct exchange *self)
{
    const struct refusal *refusal = &self->req.refusal;
    assert(refusal->status >= 400 && refusal->detail);
    server_count_reject(self->req.server, refusal->reason);
    response_reply_error(&self->res, refusal->status, refusal->detail);
}

/* Replies to an error of a handler, with the description of the limit that caused it. */
static void reply_error(struct exchange *self, int err)
{
    const struct hob_request *req = &self->req;
    hob_server *server = req->server;
    char detail[100] = "";
    int status = status_of_error(err);
    if (req->refusal.status > 0) {
        exchange_refuse(self);
        return;
    }
    if (status == 503) /* RFC 9110 section 15.6.4 */
        hob_response_add_header(&self->res, "Retry-After", "1");
    if (err == -EMFILE || err == -ENFILE) {
        server_count_reject(server, HOB_REJECT_DESCRIPTORS);
        refusal_log_add(&server->refused.descriptors, "a request is refused", -err);
    }
    if (err == -ETIMEDOUT && req->body_late) {
        status = 408;
        snprintf(
            detail, sizeof(detail), "nothing of the body came for %s s (body_timeout)",
            HOB_NUMBER(server->options.body_timeout));
    } else if (err == -ETIMEDOUT && self->timed_out) {
        double own = req->own_timeout;
        server_count_reject(server, HOB_REJECT_HANDLER_TIMEOUT);
        snprintf(
            detail, sizeof(detail), "it took longer than %s s (handler_timeout)",
            HOB_NUMBER(own > 0 ? own : server->options.handler_timeout));
    } else if (err == -EMSGSIZE && req->exceeded_limit < SIZE_MAX) {
        snprintf(detail, sizeof(detail), "the body is larger than %zu bytes", req->exceeded_limit);
    }
    response_reply_error(&self->res, status, *detail ? detail : NULL);
}

/* Returns the handler's result, or -EIO if that was no error. */
static int reply_for_handler(struct exchange *self, int result)
{
    if (result >= 0) {
        const char *path = hob_request_peek_path(&self->req);
        hob_log(
            HOB_LOG_ERROR, "the handler of %s %s returned without a reply",
            hob_request_method(&self->req), path ? path : "a forgotten path");
        result = -EIO;
    }
    if (result != -ECANCELED)
        reply_error(self, result);
    return result;
}

/*
 * The call of the handler.
 */

static int run_handler(void *arg)
{
    struct exchange *self = arg;
    struct hob_request *req = &self->req;
    struct task *task = req->task;
    const hob_server_options *options = &req->server->options;
    req->before = deadline_limit(task, self->called + options->handler_timeout);
    int result = options->handler(req, &self->res);
    self->timed_out = task->deadline.expired && task->deadline.when == task->deadline.latest;
    if (!self->res.replied)
        result = reply_for_handler(self, result);
    /* These lie in memory that ends with the handler. */
    req->match = NULL;
    req->values = NULL;
    self->res.hooks = NULL;
    return result;
}

int exchange_serve(struct exchange *self, double now)
{
    struct hob_request *req = &self->req;
    assert(req->head.data && *req->method && req->refusal.status == 0);
    assert(!self->res.replied && now >= self->began);
    self->called = now;
    req->cancellable = true;
    int result = workspace_ensure_spare(req->server->workspace)
                     ? task_scope(req->task, run_handler, self)
                     : reply_for_handler(self, -ENOMEM);
    req->cancellable = false;
    response_end_stream(&self->res, result);
    assert(self->res.replied || !self->res.whole);
    return result;
}

void exchange_observe(struct exchange *self, double now)
{
    const hob_server *server = self->req.server;
    if (self->observed)
        return;
    self->observed = true;
    const hob_exchange exchange = {
        .req = &self->req,
        .status = self->res.status,
        .sent = self->res.sent,
        .began = self->began,
        .seconds = now - self->began,
    };
    assert(!self->req.observed && now >= self->began);
    self->req.observed = true;
    for (size_t i = 0; i < server->observer_count; i++)
        server->observers[i].observe(server->observers[i].context, &exchange);
    self->req.observed = false;
}

/*
 * A handler whose deadline has passed may still wait for something that cannot be cancelled, such
 * as a job of hob_offload(). The server then replies to its client.
 */

/* Seconds that a handler gets after its handler_timeout for a reply of its own. */
#define EXTRA_TIME 1

static void on_overdue(struct ev_loop *ev, ev_timer *watcher, int events)
{
    struct exchange *self = watcher->data;
    char handler[DESCRIPTION_SIZE];
    (void)ev;
    (void)events;
    if (self->res.replied || self->req.client_left)
        return;
    self->timed_out = self->res.late = true;
    /* These are called in coroutines. */
    self->res.hooks = NULL;
    self->res.plain_errors = true;
    reply_error(self, -ETIMEDOUT);
    hob_log(
        HOB_LOG_WARN, "%s gets status 504, but its handler continues: its wait cannot be cancelled",
        task_describe(self->req.task, handler));
    self->req.carrier->release_client(&self->req);
    exchange_observe(self, hob_now());
}

void exchange_expire(struct exchange *self)
{
    struct task *task = self->req.task;
    double end = task->deadline.latest + EXTRA_TIME;
    if (isinf(end) || self->overdue || self->res.replied)
        return;
    self->overdue = true;
    ev_timer_init(&self->timer, on_overdue, fmax(end - hob_now(), 0), 0.);
    self->timer.data = self;
    ev_timer_start(task_ev_loop(task), &self->timer);
}
