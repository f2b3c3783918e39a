#include "response.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "hob/http.h"
#include "http/status.h"
#include "problem.h"

void response_init(struct hob_response *self, struct hob_request *request)
{
    *self = (struct hob_response){.request = request};
}

void response_free(struct hob_response *self)
{
    if (self->fields.data)
        buffer_free(&self->fields);
}

int response_refuse_late(struct hob_response *self)
{
    task_yield_sometimes(self->request->task);
    return -EALREADY;
}

static bool is_status(int status)
{
    return status >= 200 && status <= 599;
}

bool response_may_have_content(int status)
{
    return is_status(status) && status_has_content(status);
}

/* Writes the head, and all of the content unless it comes in pieces: then content is NULL. */
static int begin(struct hob_response *self, struct reply_head *head, const void *content)
{
    struct hob_request *request = self->request;
    if (self->replied)
        return response_refuse_late(self);
    if (!is_status(head->status))
        return -EINVAL;
    assert(!content || head->length != HOB_LENGTH_UNKNOWN);
    if (self->hooks)
        response_call_hooks(self, &(hob_head){head->status, head->content_type, head->length});
    self->without_content = !status_has_content(head->status) || request_is_head(request);
    if (!status_has_content(head->status)) {
        head->content_type = NULL;
        head->length = 0;
    }
    head->request_id = request_sends_id(request) ? request_ensure_id(request) : NULL;
    size_t size = content && !self->without_content ? (size_t)head->length : 0;
    int err = request->carrier->begin(self, head, content, size);
    if (err < 0)
        return err;
    assert(!self->replied); /* the carrier has not waited */
    self->replied = true;
    self->status = head->status;
    self->sent = size;
    return 0;
}

/* The type may be NULL. Inline, so that the length of a literal is a constant. */
static inline size_t length_of(const char *content_type)
{
    return content_type ? strlen(content_type) : 0;
}

/* For types from the handler: those of the server are valid. */
static int check_type(struct hob_response *self, const char *content_type)
{
    if (self->replied)
        return response_refuse_late(self);
    return !content_type || hob_is_field_value(content_type) ? 0 : -EINVAL;
}

int response_begin_stream(
    struct hob_response *self, int status, const char *content_type, uint64_t length)
{
    struct hob_request *request = self->request;
    struct reply_head head = {status, content_type, length_of(content_type), length, NULL};
    int err = check_type(self, content_type);
    if (err == 0)
        err = begin(self, &head, NULL);
    if (err < 0)
        return err;
    self->is_stream = true;
    self->is_sized = length != HOB_LENGTH_UNKNOWN;
    self->missing = self->is_sized && !self->without_content ? length : 0;
    deadline_unlimit(request->task, request->before);
    return 0;
}

static inline int
reply(hob_response *res, int status, const char *content_type, const void *content, size_t size)
{
    struct reply_head head = {status, content_type, length_of(content_type), size, NULL};
    if (size > SIZE_MAX / 4) /* that much cannot be there at all */
        return res->replied ? response_refuse_late(res) : -ENOMEM;
    int err = begin(res, &head, content);
    if (err == 0)
        res->whole = true;
    return err;
}

int hob_reply(
    hob_response *res, int status, const char *content_type, const void *content, size_t size)
{
    request_expect_task(res->request, __func__);
    int err = check_type(res, content_type);
    return err < 0 ? err : reply(res, status, content_type, content, size);
}

int hob_response_status(const hob_response *res)
{
    return res->status;
}

uint64_t hob_response_sent(const hob_response *res)
{
    return res->sent;
}

int hob_reply_text(hob_response *res, int status, const char *text)
{
    request_expect_task(res->request, __func__);
    return reply(res, status, HOB_TEXT, text, strlen(text));
}

int hob_reply_json(hob_response *res, int status, const char *json)
{
    request_expect_task(res->request, __func__);
    return reply(res, status, HOB_JSON, json, strlen(json));
}

/*
 * Errors.
 */

static bool has_error_page(const struct hob_response *self, int status)
{
    return self->request->server->options.error_page && status >= 400 && !self->plain_errors &&
           !self->replied;
}

static void call_error_page(struct hob_response *self, int status, const char *detail)
{
    struct hob_request *request = self->request;
    self->plain_errors = true; /* when the page calls hob_reply_error() itself */
    request->server->options.error_page(request, self, status, detail);
    self->plain_errors = false;
}

/* Bytes of an error reply; more detail than fits is cut. */
#define ERROR_SIZE 256

static int reply_text_of_error(struct hob_response *self, int status, const char *detail)
{
    char text[ERROR_SIZE];
    snprintf(
        text, sizeof(text), "%d %s%s%s\n", status, status_reason(status), detail ? ": " : "",
        detail ? detail : "");
    return reply(self, status, HOB_TEXT, text, strlen(text));
}

static int reply_problem(struct hob_response *self, int status, const char *detail)
{
    char text[ERROR_SIZE];
    size_t length = problem_format(text, sizeof(text), status, detail);
    int err = hob_response_add_header(self, "Vary", "Accept"); /* others get text */
    return err < 0 ? err : reply(self, status, "application/problem+json", text, length);
}

int response_reply_error(struct hob_response *self, int status, const char *detail)
{
    const struct head *head = &self->request->head;
    if (has_error_page(self, status)) {
        call_error_page(self, status, detail);
        if (self->replied)
            return 0;
    }
    if (status >= 400 && head->data && problem_is_preferred(head))
        return reply_problem(self, status, detail);
    return reply_text_of_error(self, status, detail);
}

int hob_reply_error(hob_response *res, int status, const char *detail)
{
    request_expect_task(res->request, __func__);
    return response_reply_error(res, status, detail);
}

/*
 * Content that is written in pieces: streams, and content of known length.
 */

/* Given to the carrier at once, so that a connection never holds much more than its limit. */
#define PIECE_SIZE (16 * 1024)

int hob_stream_sized(hob_response *res, int status, const char *content_type, uint64_t length)
{
    request_expect_task(res->request, __func__);
    if (res->replied)
        return response_refuse_late(res);
    if (!response_may_have_content(status))
        return -EINVAL;
    int err = response_begin_stream(res, status, content_type, length);
    return err == 0 && res->without_content ? -EPIPE : err;
}

int hob_stream(hob_response *res, int status, const char *content_type)
{
    request_expect_task(res->request, __func__);
    return hob_stream_sized(res, status, content_type, HOB_LENGTH_UNKNOWN);
}

static int send_content(struct hob_response *self, const char *next, size_t size)
{
    struct hob_request *request = self->request;
    if (self->without_content)
        return -EPIPE;
    if (self->is_sized && size > self->missing)
        return -EINVAL;
    int err = task_interrupted(request->task);
    while (err == 0 && size > 0) {
        size_t piece = size < PIECE_SIZE ? size : PIECE_SIZE;
        err = request->carrier->send(self, next, piece);
        self->missing -= self->is_sized ? piece : 0;
        self->sent += piece;
        next += piece;
        size -= piece;
    }
    return err;
}

int hob_send(hob_response *res, const void *data, size_t size)
{
    request_expect_task(res->request, __func__);
    if (!res->is_stream)
        return -EINVAL;
    int err = send_content(res, data, size);
    if (err < 0 || size == 0)
        task_yield_sometimes(res->request->task);
    return err;
}

void response_end_stream(struct hob_response *self, int result)
{
    bool ended = self->is_sized ? self->missing == 0 : result >= 0;
    assert(self->is_sized || self->missing == 0);
    if (self->is_stream)
        self->whole = self->without_content || (ended && self->request->carrier->end(self) == 0);
}
