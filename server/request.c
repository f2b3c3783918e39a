#include "request.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diagnostics/misuse.h"
#include "hob/runtime.h"
#include "http/percent.h"
#include "http/target.h"

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
    self->body_limit = SIZE_MAX;
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

int request_keep_head(struct hob_request *self)
{
    struct head *head = &self->head;
    if (self->kept_head || head->length == 0)
        return 0;
    self->kept_head = workspace_keep_head(self->server->workspace, head->length);
    if (!self->kept_head)
        return -ENOMEM;
    memcpy(self->kept_head, head->data, head->length);
    head->data = self->kept_head;
    return 0;
}

void request_return_head(struct hob_request *self, char *room)
{
    struct head *head = &self->head;
    head->data = room;
    if (!self->kept_head)
        return;
    memcpy(room, self->kept_head, head->length);
    free(self->kept_head);
    self->kept_head = NULL;
}

void request_forget_head(struct hob_request *self)
{
    self->head = (struct head){0};
}

const struct head *request_stable_head(struct hob_request *self)
{
    bool stable = self->observed || request_keep_head(self) == 0;
    return stable && self->head.data ? &self->head : NULL;
}

char *request_decoded(struct hob_request *self, const char *part)
{
    if (request_keep_head(self) < 0)
        return NULL;
    const struct head *head = &self->head;
    assert(part >= head->data && part < head->data + head->length);
    return self->kept_head + head->length + (part - head->data);
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
    const char *id = request_id_peek(self);
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

static void release_descriptor(void *arg)
{
    hob_server *server = arg;
    server->reserved_descriptors--;
    acceptor_resume(server);
}

int hob_request_reserve_descriptor(hob_request *req)
{
    hob_server *server = req->server;
    request_expect_task(req, __func__);
    server->reserved_descriptors++;
    return hob_defer(release_descriptor, server);
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
 * The head.
 */

int hob_request_peer(const hob_request *req, char *text, size_t size)
{
    return req->carrier->format_peer(req, text, size);
}

const char *hob_request_method(const hob_request *req)
{
    return req->method;
}

const char *hob_request_protocol(const hob_request *req)
{
    return req->carrier->protocol(req);
}

const char *hob_request_peek_path(const hob_request *req)
{
    const struct head *head = &req->head;
    if (!head->data)
        return NULL;
    const char *path = head->data + head->path;
    return *path ? path : "/"; /* the absolute form may have none (RFC 9110 section 4.2.3) */
}

const char *hob_request_path(hob_request *req)
{
    return request_stable_head(req) ? hob_request_peek_path(req) : NULL;
}

const char *hob_request_query(hob_request *req)
{
    const struct head *head = request_stable_head(req);
    return head && head->query ? head->data + head->query : NULL;
}

const char *hob_request_header(hob_request *req, const char *name)
{
    const struct head *head = request_stable_head(req);
    return head ? head_find(head, name) : NULL;
}

int hob_request_header_list(hob_request *req, const char *name, const char **list)
{
    const struct head *head = request_stable_head(req);
    *list = head ? head_find(head, name) : NULL;
    if (!*list)
        return 0;
    size_t size = head_join(head, name, NULL);
    if (size <= strlen(*list) + 1) /* there are no others */
        return 1;
    char *joined = hob_alloc(size);
    *list = joined;
    if (!joined)
        return -ENOMEM;
    head_join(head, name, joined);
    return 1;
}

const char *hob_request_decode(hob_request *req, const char *part, size_t size)
{
    if (size == 0)
        return "";
    const char *end = part + size;
    char *decoded = request_decoded(req, part);
    char *to = decoded;
    while (to && part < end)
        *to++ = percent_next(&part, end);
    if (to)
        *to = '\0';
    return decoded;
}

int hob_normalise_path(char *path)
{
    return target_normalise(path) ? -EINVAL : 0;
}

/*
 * Values that middleware gives to handlers.
 */

struct value {
    const hob_key *key;
    void *value;
    struct value *next;
};

static struct value *find_value(const hob_request *req, const hob_key *key)
{
    struct value *value = req->values;
    while (value && value->key != key)
        value = value->next;
    return value;
}

int hob_request_set(hob_request *req, const hob_key *key, void *value)
{
    request_expect_task(req, __func__); /* its hob_alloc() memory lasts as long as the values */
    struct value *entry = find_value(req, key);
    if (!entry) {
        entry = hob_alloc(sizeof(*entry));
        if (!entry)
            return -ENOMEM;
        *entry = (struct value){.key = key, .next = req->values};
        req->values = entry;
    }
    entry->value = value;
    return 0;
}

void *hob_request_get(const hob_request *req, const hob_key *key)
{
    const struct value *value = find_value(req, key);
    return value ? value->value : NULL;
}
