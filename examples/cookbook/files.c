/* Files: serves a folder, and stores uploads in it. */
#include <errno.h>
#include <fcntl.h>
#include <hob/hob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int serve_file(hob_request *req, hob_response *res)
{
    return hob_files(req, res, "public", hob_path_value(req, "path"));
}

/* One piece of an upload, on its way to a thread that may block. */
struct piece {
    int fd;
    const char *data;
    size_t size;
};

static int write_piece(void *arg)
{
    struct piece *piece = arg;
    while (piece->size > 0) {
        ssize_t written = write(piece->fd, piece->data, piece->size);
        if (written < 0)
            return -errno;
        piece->data += written;
        piece->size -= (size_t)written;
    }
    return 0;
}

/* Keeps only one piece of the body in memory, for a body of any size. */
static int save_body(hob_request *req, int fd)
{
    enum { PIECE = 16 * 1024 };
    char *data = hob_alloc(PIECE); /* freed with the request; a stack has 128 KiB in all */
    int count = data ? 1 : -ENOMEM;
    while (count > 0) {
        count = hob_body_read(req, data, PIECE);
        if (count > 0) {
            struct piece piece = {fd, data, (size_t)count};
            int err = hob_await(hob_offload(write_piece, &piece));
            count = err < 0 ? err : count;
        }
    }
    return count;
}

/*
 * The file gets its name when it is complete, so clients never read a part of it. Creating and
 * naming a file is fast on a local disk, so this thread does both.
 */
static int take_note(hob_request *req, hob_response *res)
{
    char name[] = "public/.upload-XXXXXX";
    int fd = mkostemp(name, O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int err = save_body(req, fd);
    close(fd);
    if (err == 0 && rename(name, "public/note.txt") < 0)
        err = -errno;
    if (err < 0)
        unlink(name);
    return err < 0 ? err : hob_reply_text(res, 201, "saved\n");
}

static const hob_route routes[] = {
    HOB_ROUTE("GET /{path...}", serve_file),
    HOB_ROUTE("PUT /note.txt", take_note),
};

int main(void)
{
    hob_router *router;
    hob_server *server;
    const char *refused;
    int socket = hob_listen("127.0.0.1:8080");
    if (socket < 0) {
        fprintf(stderr, "127.0.0.1:8080: %s\n", strerror(-socket));
        return 1;
    }
    if (hob_router_new(routes, 2, &router, &refused) < 0)
        return 1;
    hob_server_options options = {
        .handler = hob_router_handle,
        .router = router,
        .sockets = &socket,
        .socket_count = 1,
        .handle_signals = true,
        .body_limit = 10 << 20, /* uploads of up to 10 MiB */
        .body_timeout = 5,      /* from clients that send something at least every 5 seconds */
        .handler_timeout = 60,  /* and that take up to a minute */
    };
    if (hob_server_open(&options, &server) < 0)
        return 1;
    puts("serving");
    fflush(stdout);
    int err = hob_server_run(server);
    hob_server_close(server);
    hob_router_free(router);
    return err < 0;
}
