/*
 * How do I store an upload in a file?
 *
 *     $ seq 100000 | curl -T - localhost:8080/upload
 *     588895 bytes
 *     $ tail -n 1 upload
 *     100000
 */
#include <errno.h>
#include <fcntl.h>
#include <hob/hob.h>
#include <unistd.h>

enum { PIECE = 64 * 1024 };

struct piece {
    int fd;
    size_t size;
    char data[PIECE];
};

/* On another thread, since a disk may block. */
static int write_piece(void *arg)
{
    const struct piece *piece = arg;
    return write(piece->fd, piece->data, piece->size) == (ssize_t)piece->size ? 0 : -EIO;
}

/* A piece is read when the one before is on the disk: a slow disk slows the client. */
static int store(hob_request *req, hob_response *res, struct piece *piece)
{
    size_t total = 0;
    int length;
    while ((length = hob_body_read(req, piece->data, PIECE)) > 0) {
        piece->size = (size_t)length;
        int err = hob_await(hob_pool_run(hob_file_pool(), write_piece, piece, NULL));
        if (err < 0)
            return err;
        total += piece->size;
    }
    return length < 0 ? length : hob_reply_printf(res, 201, HOB_TEXT, "%zu bytes\n", total);
}

static int take_upload(hob_request *req, hob_response *res)
{
    struct piece *piece = hob_alloc(sizeof(*piece)); /* it is too large for the stack */
    if (!piece)
        return -ENOMEM;
    piece->fd = open("upload", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (piece->fd < 0)
        return -errno;
    int err = store(req, res, piece);
    close(piece->fd);
    return err;
}

int main(int argc, char **argv)
{
    const hob_route routes[] = {
        HOB_ROUTE("PUT /upload", take_upload, .body_limit = 100 << 20, .timeout = 600), {0}};
    return hob_serve(argc > 1 ? argv[1] : "127.0.0.1:8080", routes);
}
