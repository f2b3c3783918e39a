/* Responses whose content is written in pieces: streams, and content of known length. */
#include <assert.h>
#include <errno.h>

#include "response.h"

/* Given to the carrier at once, so that a connection never holds much more than its limit. */
#define PIECE_SIZE (16 * 1024)

int hob_stream_sized(hob_response *res, int status, const char *content_type, uint64_t length)
{
    request_expect_task(res->request, __func__);
    if (res->replied)
        return response_too_late(res);
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
