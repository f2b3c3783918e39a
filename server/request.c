#include "request.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diagnostics/misuse.h"
#include "hob/runtime.h"

void request_init(
    struct hob_request *self, const struct carrier *carrier, hob_server *server, struct task *task)
{
    self->carrier = carrier;
    self->server = server;
    self->task = task;
    self->kept_head = NULL;
    self->body_length = 0;
    self->body_size = 0;
    self->own_body_limit = 0;
    self->own_timeout = 0;
    self->route = NULL;
    self->match = NULL;
    self->values = NULL;
    self->exceeded_limit = SIZE_MAX;
    self->refusal.status = 0;
    self->body_late = self->cancellable = self->client_left = self->observed = false;
    self->id[0] = '\0';
}

void request_free(struct hob_request *self)
{
    if (self->kept_head) /* which saves most requests a call */
        free(self->kept_head);
}

void request_expect_task(const struct hob_request *self, const char *call)
{
    if (task_current(call) != self->task)
        misuse(call, "only the coroutine of the handler itself may use its request and response");
}

void request_client_left(struct hob_request *self)
{
    self->client_left = true;
    if (self->cancellable)
        task_cancel(self->task, -ECANCELED);
}

void hob_request_finish_anyway(hob_request *req)
{
    req->cancellable = false;
}

int request_describe(struct hob_request *self, char *text, size_t size)
{
    const char *path = hob_request_peek_path(self);
    const char *id = request_ensure_id(self);
    path = path ? path : "?";
    id = id ? id : "?";
    if (self->route)
        return snprintf(
            text, size, "%.100s (path %.120s, request id %.128s)", self->route, path, id);
    return snprintf(text, size, "%s %.120s (no route, request id %.128s)", self->method, path, id);
}

void *hob_request_context(const hob_request *req)
{
    return req->server->options.context;
}

hob_server *hob_request_server(const hob_request *req)
{
    return req->server;
}

void hob_request_set_body_limit(hob_request *req, size_t bytes)
{
    req->own_body_limit = bytes;
}

void hob_request_set_timeout(hob_request *req, double seconds)
{
    request_expect_task(req, __func__);
    deadline_unlimit(req->task, req->before);
    req->before = deadline_limit(req->task, hob_now() + seconds);
    req->own_timeout = seconds;
}

/*
 * The route.
 */

const char *hob_request_route(const hob_request *req)
{
    return req->route;
}

const hob_router *hob_request_router(const hob_request *req)
{
    return req->server->options.router;
}

void hob_request_set_route(hob_request *req, const char *pattern, void *match)
{
    if (req->match)
        misuse(__func__, "a router has set the route already");
    req->route = pattern;
    req->match = match;
}

void *hob_request_match(const hob_request *req)
{
    return req->match;
}

/*
 * The body, within its limits.
 */

uint64_t request_announced(const struct hob_request *self)
{
    return self->body_length > self->body_size ? self->body_length - self->body_size : 0;
}

int request_check_size(struct hob_request *self, size_t limit)
{
    if (self->body_size <= limit && request_announced(self) <= limit - self->body_size)
        return 0;
    if (self->exceeded_limit == SIZE_MAX) /* later reads find the same again */
        server_count_reject(self->server, HOB_REJECT_BODY_LIMIT);
    self->exceeded_limit = limit;
    return -EMSGSIZE;
}

static int read_within_limit(struct hob_request *req, void *data, size_t size)
{
    size_t own = req->own_body_limit;
    size_t limit = own > 0 ? own : req->server->options.body_limit;
    int err = request_check_size(req, limit);
    if (err < 0 || size == 0)
        return err;
    int length = req->carrier->read_body(req, data, size);
    assert(length <= 0 || (size_t)length <= size);
    if (length > 0)
        req->body_size += (size_t)length;
    err = request_check_size(req, limit);
    return err < 0 ? err : length;
}

int hob_body_read(hob_request *req, void *data, size_t size)
{
    request_expect_task(req, __func__);
    int length = read_within_limit(req, data, size);
    if (length <= 0)
        task_yield_sometimes(req->task);
    return length;
}
