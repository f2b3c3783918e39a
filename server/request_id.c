#include "request_id.h"

#include <errno.h>
#include <sys/random.h>

#include "request.h"

/* All of it or nothing: no signal cuts short what is not more than 256 bytes (getrandom(2)). */
static int fetch_block(struct request_ids *self)
{
    if (getrandom(self->random, sizeof(self->random), 0) < 0)
        return -errno;
    self->left = sizeof(self->random);
    return 0;
}

int request_id_make(struct request_ids *self, char id[static REQUEST_ID_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    int err = self->left == 0 ? fetch_block(self) : 0;
    if (err < 0)
        return err;
    const unsigned char *bytes = self->random + sizeof(self->random) - self->left;
    self->left -= REQUEST_ID_BYTES;
    for (size_t i = 0; i < REQUEST_ID_BYTES; i++) {
        *id++ = digits[bytes[i] >> 4];
        *id++ = digits[bytes[i] & 15];
    }
    *id = '\0';
    return 0;
}

static const char *make_id(struct hob_request *request)
{
    return request_id_make(&request->server->request_ids, request->id) < 0 ? NULL : request->id;
}

const char *request_id_peek(struct hob_request *request)
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
