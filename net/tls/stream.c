#include "stream.h"

#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "reason.h"

/*
 * Making and freeing.
 */

int stream_init(struct stream *self, SSL_CTX *ctx, const BIO_METHOD *method, int fd)
{
    self->socket.fd = fd;
    ERR_clear_error();
    self->ssl = SSL_new(ctx);
    BIO *bio = self->ssl ? socket_bio_new(method, &self->socket) : NULL;
    if (!bio)
        return -ENOMEM;
    SSL_set_bio(self->ssl, bio, bio);
    return SSL_set_app_data(self->ssl, self) == 1 ? 0 : -ENOMEM;
}

void stream_free(struct stream *self)
{
    SSL_free(self->ssl);
    free(self->protocol);
    free(self->certificate_problem);
}

/*
 * Results of OpenSSL.
 */

/* Notes a permanent error of OpenSSL. Returns a negative errno. */
static int note_failure(struct stream *self)
{
    self->failed = true;
    self->failure = ERR_peek_error();
    if (self->certificate_problem)
        return -EKEYREJECTED;
    if (self->socket.err != 0)
        return -self->socket.err;
    if (self->socket.ended) /* without close_notify, so data may be missing */
        return -ECONNRESET;
    return ERR_GET_REASON(self->failure) == ERR_R_MALLOC_FAILURE ? -ENOMEM : -EPROTO;
}

/* Converts a result of OpenSSL of 0 or less to an error for the caller. */
static int error_of(struct stream *self, int result, short *events)
{
    switch (SSL_get_error(self->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        *events = POLLIN;
        return -EAGAIN;
    case SSL_ERROR_WANT_WRITE:
        *events = POLLOUT;
        return -EAGAIN;
    case SSL_ERROR_ZERO_RETURN:
        return 0;
    default:
        return note_failure(self);
    }
}

/*
 * Calls on the connection. Before each the error queue is cleared: the errors of other connections
 * would count as its own.
 */

int stream_handshake(struct tls_stream *stream, short *events)
{
    struct stream *self = (struct stream *)stream;
    const unsigned char *protocol;
    unsigned length;
    ERR_clear_error();
    int result = SSL_do_handshake(self->ssl);
    if (result <= 0) {
        int err = error_of(self, result, events);
        return err < 0 ? err : -ECONNRESET;
    }
    SSL_get0_alpn_selected(self->ssl, &protocol, &length);
    if (length == 0)
        return 0;
    self->protocol = strndup((const char *)protocol, length);
    return self->protocol ? 0 : -ENOMEM;
}

int stream_read(struct tls_stream *stream, void *data, size_t size, bool peek, short *events)
{
    struct stream *self = (struct stream *)stream;
    int most = size < INT_MAX ? (int)size : INT_MAX;
    if (self->failed)
        return -ECONNRESET;
    ERR_clear_error();
    self->socket.holds = true;
    int result = peek ? SSL_peek(self->ssl, data, most) : SSL_read(self->ssl, data, most);
    self->socket.holds = false;
    return result > 0 ? result : error_of(self, result, events);
}

int stream_write(struct tls_stream *stream, const void *data, size_t size, bool more, short *events)
{
    struct stream *self = (struct stream *)stream;
    if (self->failed)
        return -EPIPE;
    ERR_clear_error();
    self->socket.more = more;
    int result = SSL_write(self->ssl, data, size < INT_MAX ? (int)size : INT_MAX);
    self->socket.more = false;
    if (result > 0)
        return result;
    int err = error_of(self, result, events);
    return err < 0 ? err : -EPIPE;
}

int stream_shutdown(struct tls_stream *stream, short *events)
{
    struct stream *self = (struct stream *)stream;
    if (self->failed)
        return -EPIPE;
    if (self->ended)
        return 0;
    ERR_clear_error();
    int result = SSL_shutdown(self->ssl);
    self->ended = result >= 0;
    return self->ended ? 0 : error_of(self, result, events);
}

bool stream_has_input(const struct tls_stream *stream)
{
    const struct stream *self = (const struct stream *)stream;
    return self->failed || SSL_has_pending(self->ssl) ||
           (SSL_get_shutdown(self->ssl) & SSL_RECEIVED_SHUTDOWN);
}

const char *stream_protocol(const struct tls_stream *stream)
{
    return ((const struct stream *)stream)->protocol;
}

const char *stream_reason(const struct tls_stream *stream)
{
    const struct stream *self = (const struct stream *)stream;
    if (self->certificate_problem)
        return self->certificate_problem;
    return self->failure ? reason_text(self->failure) : NULL;
}
