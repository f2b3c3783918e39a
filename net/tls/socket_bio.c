#include "socket_bio.h"

#include <errno.h>
#include <string.h>
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

/* Sends what is held. Returns false, with errno, unless all is sent. */
static bool send_held(struct socket_bio *self)
{
    while (self->held_length > 0) {
        ssize_t sent = send(self->fd, self->held, self->held_length, MSG_NOSIGNAL);
        if (sent < 0)
            return false;
        self->held_length -= (unsigned char)sent;
        memmove(self->held, self->held + sent, self->held_length);
    }
    return true;
}

/* Returns as send(2) does. */
static ssize_t hold(struct socket_bio *self, const char *data, size_t size)
{
    if (size > sizeof(self->held) - self->held_length) {
        errno = ENOBUFS;
        return -1;
    }
    memcpy(self->held + self->held_length, data, size);
    self->held_length += (unsigned char)size;
    return (ssize_t)size;
}

static int write_socket(BIO *bio, const char *data, int size)
{
    struct socket_bio *self = BIO_get_data(bio);
    int flags = MSG_NOSIGNAL | (self->more ? MSG_MORE : 0);
    ssize_t sent = send_held(self) ? send(self->fd, data, (size_t)size, flags) : -1;
    if (sent < 0 && errno == EAGAIN && self->holds)
        sent = hold(self, data, (size_t)size);
    return note(bio, self, sent, BIO_FLAGS_WRITE);
}

static long control(BIO *bio, int command, long number, void *pointer)
{
    const struct socket_bio *self = BIO_get_data(bio);
    (void)number;
    (void)pointer;
    if (command == BIO_CTRL_EOF)
        return self->ended && self->end_is_reported;
    return command == BIO_CTRL_FLUSH; /* nothing is buffered that has to be sent */
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
