/* The body of a request, read as a whole. */
#include <assert.h>
#include <stdlib.h>

#include "hob/runtime.h"
#include "http/buffer.h"
#include "server/request.h"

/* Reads the rest of the body to the end of the buffer. */
static int read_all(struct hob_request *request, size_t limit, struct buffer *body)
{
    int length;
    do {
        size_t expected = (size_t)request_announced(request);
        int err = request_check_size(request, limit);
        if (err == 0)
            err = buffer_reserve(body, expected > 0 ? expected + 1 : 4096);
        if (err < 0)
            return err;
        length = hob_body_read(request, body->data + body->end, body->capacity - body->end - 1);
        if (length > 0)
            body->end += (size_t)length;
    } while (length > 0);
    return length < 0 ? length : request_check_size(request, limit);
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
    assert(body.data); /* it was reserved before it was read to */
    body.data[body.end] = '\0';
    err = hob_defer(free, body.data);
    if (err < 0)
        return err;
    *data = body.data;
    *size = body.end;
    return 0;
}
