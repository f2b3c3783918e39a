/* The client's side of TLS: what a stream needs besides, and how it is made. */
#include <assert.h>
#include <errno.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certificate.h"
#include "client_stream.h"
#include "context.h"
#include "staple.h"
#include "stream.h"

struct client_stream {
    struct stream stream;
    struct context *context;
    char *name;        /* that the certificate must have */
    char *session_key; /* of the peer */
};

/*
 * Callbacks of OpenSSL.
 */

int client_stream_on_session(SSL *ssl, SSL_SESSION *session)
{
    struct client_stream *self = SSL_get_app_data(ssl);
    sessions_put(&self->context->sessions, self->session_key, session);
    return 1; /* the session is kept */
}

int client_stream_on_verified(int valid, X509_STORE_CTX *store)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct client_stream *self = SSL_get_app_data(ssl);
    char **problem = &self->stream.certificate_problem;
    if (!valid && SSL_get_verify_mode(ssl) != SSL_VERIFY_NONE && !*problem)
        *problem = certificate_problem(store, self->name);
    return valid;
}

/* Called after the certificate is verified, also if there is no staple. */
int client_stream_on_staple(SSL *ssl, void *unused)
{
    struct stream *self = SSL_get_app_data(ssl);
    (void)unused;
    return staple_is_good(ssl, &self->certificate_problem);
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
    unsigned char list[ALPN_MAX];
    size_t used = 0;
    for (; protocols && *protocols; protocols++) {
        size_t length = strlen(*protocols);
        assert(length > 0 && length < sizeof(list) - used);
        list[used++] = (unsigned char)length;
        memcpy(list + used, *protocols, length);
        used += length;
    }
    return SSL_set_alpn_protos(ssl, list, (unsigned)used) == 0 ? 0 : -ENOMEM;
}

static void resume_session(struct client_stream *self)
{
    SSL_SESSION *session = sessions_get(&self->context->sessions, self->session_key);
    if (session)
        SSL_set_session(self->stream.ssl, session);
    SSL_SESSION_free(session);
}

static int set_up(struct client_stream *self, int fd, const struct tls_peer *peer)
{
    struct stream *stream = &self->stream;
    int err = stream_init(stream, self->context->ctx, self->context->socket, fd);
    if (err < 0)
        return err;
    SSL_set_connect_state(stream->ssl);
    self->name = strdup(peer->name);
    if (asprintf(&self->session_key, "%s %s", peer->address, peer->name) < 0)
        self->session_key = NULL;
    if (!self->name || !self->session_key || !expect_name(stream->ssl, self->name))
        return -ENOMEM;
    resume_session(self);
    return offer_protocols(stream->ssl, peer->alpn);
}

static void client_stream_close(struct tls_stream *stream)
{
    struct client_stream *self = (struct client_stream *)stream;
    short events;
    if (self->stream.ssl && SSL_is_init_finished(self->stream.ssl))
        stream_shutdown(stream, &events);
    stream_free(&self->stream);
    context_release(self->context);
    free(self->name);
    free(self->session_key);
    free(self);
}

static int
client_stream_connect(hob_tls *tls, int fd, const struct tls_peer *peer, struct tls_stream **stream)
{
    struct client_stream *self = calloc(1, sizeof(*self));
    if (!self)
        return -ENOMEM;
    self->stream.base.functions = &client_stream_functions;
    self->context = (struct context *)tls;
    self->context->users++;
    int err = set_up(self, fd, peer);
    if (err < 0)
        client_stream_close(&self->stream.base);
    else
        *stream = &self->stream.base;
    return err;
}

const struct tls_functions client_stream_functions = {
    .connect = client_stream_connect,
    .handshake = stream_handshake,
    .read = stream_read,
    .write = stream_write,
    .has_input = stream_has_input,
    .shutdown = stream_shutdown,
    .protocol = stream_protocol,
    .reason = stream_reason,
    .close = client_stream_close,
};
