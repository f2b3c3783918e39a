/* The body of a request, as its handler reads it: within the limits. */
#include <errno.h>
#include <stdlib.h>

#include "hob/runtime.h"
#include "http/buffer.h"
#include "request.h"

/* Bytes of the body that are announced and have not been read; 0 if that is not known. */
static uint64_t announced(const struct hob_request *request)
{
    return request->body_length > request->body_size ? request->body_length - request->body_size
                                                     : 0;
}

/* -EMSGSIZE if the body is, or is going to be, larger than `limit`. */
static int check_size(struct hob_request *request, size_t limit)
{
    if (request->body_size <= limit && announced(request) <= limit - request->body_size)
        return 0;
    if (request->body_limit == SIZE_MAX) /* later reads find the same again */
        server_reject(request->server, HOB_REJECT_BODY_LIMIT);
    request->body_limit = limit;
    return -EMSGSIZE;
}

static int read_within_limit(struct hob_request *req, void *data, size_t size)
{
    size_t own = req->own_body_limit;
    size_t limit = own > 0 ? own : req->server->options.body_limit;
    int err = check_size(req, limit);
    if (err < 0 || size == 0)
        return err;
    int length = req->carrier->read_body(req, data, size);
    if (length > 0)
        req->body_size += (size_t)length;
    err = check_size(req, limit);
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

/* Reads the rest of the body to the end of the buffer. */
static int read_all(struct hob_request *request, size_t limit, struct buffer *body)
{
    int length;
    do {
        size_t expected = (size_t)announced(request);
        int err = check_size(request, limit);
        if (err == 0)
            err = buffer_reserve(body, expected > 0 ? expected + 1 : 4096);
        if (err < 0)
            return err;
        length = hob_body_read(request, body->data + body->end, body->capacity - body->end - 1);
        if (length > 0)
            body->end += (size_t)length;
    } while (length > 0);
    return length < 0 ? length : check_size(request, limit);
}

int hob_body_all(hob_request *req, size_t limit, const char **data, size_t *size)
{
    struct buffer body = {0};
    int err = read_all(req, limit, &body);
    *data = NULL;
    *size = 0;
    if (err < 0) {
        buffer_free(&body);
        return err;
    }
    body.data[body.end] = '\0';
    err = hob_defer(free, body.data);
    if (err < 0)
        return err;
    *data = body.data;
    *size = body.end;
    return 0;
}
