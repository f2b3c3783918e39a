#include "upload.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A body of up to this many bytes is written before the response is read. */
#define SMALL_BODY (16 * 1024)
/* Bytes of a source's body that are written at a time. */
#define PIECE (16 * 1024)

struct upload {
    hob_fetched *fetched;
    const hob_fetch_request *request;
    struct iovec parts[3];
};

static void set_part(struct upload *self, size_t index, const void *data, size_t size)
{
    self->parts[index].iov_len = size;
    memcpy(&self->parts[index].iov_base, &data, sizeof(data)); /* which is only read */
}

static int write_parts(void *arg)
{
    struct upload *self = arg;
    return hob_conn_writev(self->fetched->conn->conn, self->parts, 3);
}

static int read_head(void *arg)
{
    struct upload *self = arg;
    return fetched_read_head(self->fetched, self->request);
}

/*
 * Interprets the result of writing. Returns 1 if the parts were written, 0 if the server takes no
 * more and its response is to be read now, which may have the reason, or a negative errno.
 */
static int written(struct upload *self, int err)
{
    if (err == -EPIPE || err == -ECONNRESET)
        return 0;
    return err < 0 ? fetched_fail_conn(self->fetched, err) : 1;
}

/* The same for writing while the response is read. Returns 0 also when its head is complete. */
static int write_and_listen(struct upload *self)
{
    size_t winner;
    hob_future *const both[] = {hob_async(write_parts, self), hob_async(read_head, self)};
    int err = hob_race_all(both, 2, &winner);
    if (err == -ENOMEM || winner == 2)
        return fetched_fail(self->fetched, err, "sending the body: %s", strerror(-err));
    return winner == 0 ? written(self, err) : err;
}

static int send_memory(struct upload *self, bool has_body)
{
    const hob_fetch_request *request = self->request;
    size_t size = has_body ? request->body_size : 0;
    set_part(self, 1, request->body, size);
    return size > SMALL_BODY ? write_and_listen(self) : written(self, write_parts(self));
}

/* Returns how many bytes the source has written, 0 at the end, or a negative errno. */
static int take_piece(struct upload *self, char *piece, uint64_t *left)
{
    const hob_fetch_request *request = self->request;
    int length = request->source(request->context, piece, PIECE);
    if (length < 0)
        return fetched_fail(self->fetched, length, "the source of the body: %s", strerror(-length));
    if (!request->source_has_length)
        return length;
    if ((uint64_t)length > *left || (length == 0 && *left > 0))
        return fetched_fail(
            self->fetched, -EINVAL, "the source of the body writes another length than was given");
    *left -= (uint64_t)length;
    return length;
}

/* The first piece follows the head. */
static int send_pieces(struct upload *self, char *piece)
{
    uint64_t left = self->request->source_length;
    bool chunked = !self->request->source_has_length;
    int sent = written(self, write_parts(self));
    int length = 1;
    while (sent == 1 && length > 0) {
        char size[16];
        length = take_piece(self, piece, &left);
        if (length < 0)
            return length;
        snprintf(size, sizeof(size), "%x\r\n", (unsigned)length);
        set_part(self, 0, size, chunked ? strlen(size) : 0);
        set_part(self, 1, piece, (size_t)length);
        set_part(self, 2, "\r\n", chunked ? 2 : 0);
        sent = write_and_listen(self);
    }
    return sent;
}

static int send_source(struct upload *self)
{
    char *piece = malloc(PIECE);
    if (!piece)
        return fetched_fail(self->fetched, -ENOMEM, "no memory for the body");
    int sent = send_pieces(self, piece);
    free(piece);
    return sent;
}

int upload(
    hob_fetched *self, const hob_fetch_request *request, const char *head, size_t head_size,
    bool has_body)
{
    struct upload upload = {.fetched = self, .request = request};
    set_part(&upload, 0, head, head_size);
    bool from_source = has_body && request->source;
    int sent = from_source ? send_source(&upload) : send_memory(&upload, has_body);
    self->sent = sent == 1;
    return sent < 0 ? sent : 0;
}
