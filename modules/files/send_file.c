/* Sends the content of an open file, piece by piece. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "file_thread.h"
#include "hob/files.h"

/*
 * Read at once. While a thread reads a piece, the connection sends the one before: half of what a
 * stream keeps, so a client that keeps up need not be waited for.
 */
#define PIECE_SIZE ((size_t)32 * 1024)

struct piece {
    int fd;
    char *bytes;
    size_t size;
    uint64_t offset;
};

int run_on_file_thread(hob_fn *blocking, void *arg)
{
    for (;;) {
        int err = hob_await(hob_pool_run(hob_file_pool(), blocking, arg, NULL));
        if (err != -EAGAIN)
            return err;
        err = hob_sleep(0.01);
        if (err < 0)
            return err;
    }
}

/* On a thread of the pool. */
static int read_piece(void *arg)
{
    const struct piece *self = arg;
    size_t done = 0;
    while (done < self->size) {
        ssize_t length =
            pread(self->fd, self->bytes + done, self->size - done, (off_t)(self->offset + done));
        if (length > 0)
            done += (size_t)length;
        else if (length == 0)
            return -ENODATA;
        else if (errno != EINTR)
            return -errno;
    }
    return 0;
}

int hob_send_file(hob_response *res, int fd, uint64_t offset, uint64_t length)
{
    struct piece piece = {.fd = fd, .bytes = malloc(PIECE_SIZE), .offset = offset};
    int err = piece.bytes ? 0 : -ENOMEM;
    while (err == 0 && length > 0) {
        piece.size = length < PIECE_SIZE ? length : PIECE_SIZE;
        err = run_on_file_thread(read_piece, &piece);
        if (err == 0)
            err = hob_send(res, piece.bytes, piece.size);
        piece.offset += piece.size;
        length -= piece.size;
    }
    free(piece.bytes);
    return err;
}
