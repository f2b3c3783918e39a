/* The head of a request, as handlers read it. */
#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/percent.h"
#include "hob/runtime.h"
#include "request.h"

/*
 * The memory of its strings.
 */

/* Bytes of the strings that may have parts to decode: the target, or all if there are cookies. */
static size_t decodable_size(const struct head *head)
{
    if (head->headers == 0)
        return 0; /* it is not complete */
    return head_find(head, "cookie") ? head->length : head->headers;
}

int request_keep_head(struct hob_request *self)
{
    struct head *head = &self->head;
    if (self->kept_head || head->length == 0)
        return 0;
    self->kept_head =
        workspace_keep_head(self->server->workspace, head->length + decodable_size(head));
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
    const struct head *head = &self->head;
    ptrdiff_t offset = part - head->data;
    assert(offset >= 0 && (size_t)offset < decodable_size(head));
    if (request_keep_head(self) < 0)
        return NULL;
    return self->kept_head + head->length + offset;
}

/*
 * Strings.
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

/* The path of an absolute form that has none (RFC 9110 section 4.2.3). */
static const char root[] = "/";

const char *hob_request_peek_path(const hob_request *req)
{
    const struct head *head = &req->head;
    if (!head->data)
        return NULL;
    const char *path = head->data + head->path;
    return *path ? path : root;
}

const char *hob_request_path(hob_request *req)
{
    return request_stable_head(req) ? hob_request_peek_path(req) : NULL;
}

const char *hob_request_raw_path(hob_request *req)
{
    const struct head *head = request_stable_head(req);
    return head && head->raw_path ? head->data + head->raw_path : hob_request_peek_path(req);
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

bool hob_request_next_header(hob_request *req, size_t *position, hob_header *header)
{
    const struct head *head = request_stable_head(req);
    return head && head->headers && head_next(head, position, &header->name, &header->value);
}

const char *hob_request_decode(hob_request *req, const char *part, size_t size)
{
    if (size == 0)
        return "";
    if (part == root) /* which is no part of the head */
        return root;
    const char *end = part + size;
    char *decoded = request_decoded(req, part);
    char *to = decoded;
    while (to && part < end)
        *to++ = percent_next(&part, end);
    if (to)
        *to = '\0';
    return decoded;
}

/*
 * Ids.
 */

static const char *make_id(struct hob_request *request)
{
    return random_id_make(&request->server->request_ids, request->id) < 0 ? NULL : request->id;
}

const char *request_ensure_id(struct hob_request *request)
{
    const struct head *head = &request->head;
    if (*request->id)
        return request->id;
    return head->request_id ? head->data + head->request_id : make_id(request);
}

const char *hob_request_id(hob_request *req)
{
    size_t sent = req->head.request_id;
    const struct head *head = sent && !*req->id ? request_stable_head(req) : NULL;
    if (head)
        return head->data + sent;
    return *req->id ? req->id : make_id(req);
}
