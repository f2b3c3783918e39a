#include "stream.h"

#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certificate.h"
#include "context.h"
#include "reason.h"
#include "socket_bio.h"
#include "staple.h"

struct stream {
    struct tls_stream base;
    struct context *context;
    SSL *ssl;
    struct socket_bio socket;
    char *name;                /* that the certificate must have */
    char *sessions;            /* the key of this peer's sessions */
    char *protocol;            /* chosen by ALPN, or NULL */
    char *certificate_problem; /* why the certificate was refused, or NULL */
    unsigned long failure;     /* OpenSSL's error code after -EPROTO, or 0 */
    bool failed;               /* OpenSSL may only be freed now */
};

/*
 * Callbacks of OpenSSL.
 */

int stream_on_session(SSL *ssl, SSL_SESSION *session)
{
    struct stream *self = SSL_get_app_data(ssl);
    sessions_put(&self->context->sessions, self->sessions, session);
    return 1; /* it is ours */
}

int stream_on_verified(int valid, X509_STORE_CTX *store)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct stream *self = SSL_get_app_data(ssl);
    if (!valid && SSL_get_verify_mode(ssl) != SSL_VERIFY_NONE && !self->certificate_problem)
        self->certificate_problem = certificate_problem(store, self->name);
    return valid;
}

/* Called after the certificate is verified, also if there is no staple. */
int stream_on_staple(SSL *ssl, void *unused)
{
    struct stream *self = SSL_get_app_data(ssl);
    (void)unused;
    return staple_is_good(ssl, &self->certificate_problem);
}

/*
 * Results of OpenSSL.
 */

/* Handles a permanent error of OpenSSL. Returns the errno. */
static int fail(struct stream *self)
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
        return fail(self);
    }
}

/*
 * Making and closing.
 */

/* An IP address is not sent (RFC 6066 section 3), but the certificate must have it all the same. */
static bool expect_name(SSL *ssl, char *name)
{
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name) == 1)
        return true;
    return SSL_set_tlsext_host_name(ssl, name) == 1 && SSL_set1_host(ssl, name) == 1;
}

/* Offers the protocols, each as its length and its name (RFC 7301 section 3.1). */
static int offer_protocols(SSL *ssl, const char *const *protocols)
{
    unsigned char list[256];
    size_t used = 0;
    for (; protocols && *protocols; protocols++) {
        size_t length = strlen(*protocols);
        if (length == 0 || length > sizeof(list) - 1 - used)
            return -EINVAL;
        list[used++] = (unsigned char)length;
        memcpy(list + used, *protocols, length);
        used += length;
    }
    return SSL_set_alpn_protos(ssl, list, (unsigned)used) == 0 ? 0 : -ENOMEM;
}

static void resume_session(struct stream *self)
{
    SSL_SESSION *session = sessions_get(&self->context->sessions, self->sessions);
    if (session)
        SSL_set_session(self->ssl, session);
    SSL_SESSION_free(session);
}

static int set_up(struct stream *self, const struct tls_peer *peer)
{
    self->ssl = SSL_new(self->context->ctx);
    BIO *bio = self->ssl ? socket_bio_new(self->context->socket, &self->socket) : NULL;
    if (!bio)
        return -ENOMEM;
    SSL_set_bio(self->ssl, bio, bio);
    if (SSL_set_app_data(self->ssl, self) != 1)
        return -ENOMEM;
    SSL_set_connect_state(self->ssl);
    self->name = strdup(peer->name);
    if (asprintf(&self->sessions, "%s %s", peer->address, peer->name) < 0)
        self->sessions = NULL;
    if (!self->name || !self->sessions || !expect_name(self->ssl, self->name))
        return -ENOMEM;
    resume_session(self);
    return offer_protocols(self->ssl, peer->alpn);
}

static void stream_close(struct tls_stream *stream)
{
    struct stream *self = (struct stream *)stream;
    ERR_clear_error();
    if (self->ssl && !self->failed && SSL_is_init_finished(self->ssl))
        SSL_shutdown(self->ssl);
    ERR_clear_error();
    SSL_free(self->ssl);
    context_release(self->context);
    free(self->name);
    free(self->sessions);
    free(self->protocol);
    free(self->certificate_problem);
    free(self);
}

static int
stream_connect(hob_tls *tls, int fd, const struct tls_peer *peer, struct tls_stream **stream)
{
    struct stream *self = calloc(1, sizeof(*self));
    if (!self)
        return -ENOMEM;
    self->base.functions = &stream_functions;
    self->context = (struct context *)tls;
    self->context->users++;
    self->socket.fd = fd;
    int err = set_up(self, peer);
    if (err < 0)
        stream_close(&self->base);
    else
        *stream = &self->base;
    return err;
}

/*
 * Calls on the connection. Before each the error queue is cleared: the errors of other connections
 * would count as its own.
 */

static int stream_handshake(struct tls_stream *stream, short *events)
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

static int stream_read(struct tls_stream *stream, void *data, size_t size, bool peek, short *events)
{
    struct stream *self = (struct stream *)stream;
    int most = size < INT_MAX ? (int)size : INT_MAX;
    if (self->failed)
        return -ECONNRESET;
    ERR_clear_error();
    int result = peek ? SSL_peek(self->ssl, data, most) : SSL_read(self->ssl, data, most);
    return result > 0 ? result : error_of(self, result, events);
}

static int
stream_write(struct tls_stream *stream, const void *data, size_t size, bool more, short *events)
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

static int stream_shutdown(struct tls_stream *stream, short *events)
{
    struct stream *self = (struct stream *)stream;
    if (self->failed)
        return -EPIPE;
    ERR_clear_error();
    int result = SSL_shutdown(self->ssl);
    return result >= 0 ? 0 : error_of(self, result, events);
}

static const char *stream_protocol(const struct tls_stream *stream)
{
    return ((const struct stream *)stream)->protocol;
}

static const char *stream_reason(const struct tls_stream *stream)
{
    const struct stream *self = (const struct stream *)stream;
    if (self->certificate_problem)
        return self->certificate_problem;
    return self->failure ? reason_text(self->failure) : NULL;
}

const struct tls_functions stream_functions = {
    .connect = stream_connect,
    .handshake = stream_handshake,
    .read = stream_read,
    .write = stream_write,
    .shutdown = stream_shutdown,
    .protocol = stream_protocol,
    .reason = stream_reason,
    .close = stream_close,
};
