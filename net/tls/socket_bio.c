#include "socket_bio.h"

#include <errno.h>
#include <sys/socket.h>

/* Notes what a call of the socket has returned, and whether OpenSSL is to try it again. */
static int note(BIO *bio, struct socket_bio *socket, ssize_t length, int again)
{
    int err = errno;
    BIO_clear_retry_flags(bio);
    if (length >= 0)
        return (int)length;
    if (err == EAGAIN || err == EINTR)
        BIO_set_flags(bio, again | BIO_FLAGS_SHOULD_RETRY);
    else
        socket->err = err;
    return -1;
}

static int read_socket(BIO *bio, char *data, int size)
{
    struct socket_bio *self = BIO_get_data(bio);
    ssize_t length = recv(self->fd, data, (size_t)size, 0);
    self->ended = self->ended || length == 0;
    return note(bio, self, length, BIO_FLAGS_READ);
}

static int write_socket(BIO *bio, const char *data, int size)
{
    struct socket_bio *self = BIO_get_data(bio);
    int flags = MSG_NOSIGNAL | (self->more ? MSG_MORE : 0);
    return note(bio, self, send(self->fd, data, (size_t)size, flags), BIO_FLAGS_WRITE);
}

static long control(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH; /* nothing is buffered */
}

BIO_METHOD *socket_bio_method(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "socket without SIGPIPE");
    if (!method)
        return NULL;
    BIO_meth_set_read(method, read_socket);
    BIO_meth_set_write(method, write_socket);
    BIO_meth_set_ctrl(method, control);
    return method;
}

BIO *socket_bio_new(const BIO_METHOD *method, struct socket_bio *socket)
{
    BIO *bio = BIO_new(method);
    if (!bio)
        return NULL;
    BIO_set_data(bio, socket);
    BIO_set_init(bio, 1);
    return bio;
}
