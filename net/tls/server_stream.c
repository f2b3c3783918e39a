#include "server_stream.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "certificate.h"
#include "credentials.h"
#include "server.h"
#include "stream.h"

struct server_stream {
    struct stream stream;
    struct server *server;
    struct credentials *credentials; /* of the server when this connection began */
    const char *const *alpn;         /* the server's protocols, the best first */
    char *client;                    /* the subject of the client's certificate, or NULL */
};

/*
 * Callbacks of OpenSSL.
 */

/* SNI (RFC 6066 section 3). A client that asks for another name gets the default certificate. */
static int choose_certificate(SSL *ssl, int *alert, void *unused)
{
    const struct server_stream *self = SSL_get_app_data(ssl);
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    SSL_CTX *chosen = name ? credentials_find(self->credentials, name) : NULL;
    (void)alert;
    (void)unused;
    if (!chosen)
        return SSL_TLSEXT_ERR_NOACK;
    SSL_set_SSL_CTX(ssl, chosen);
    return SSL_TLSEXT_ERR_OK;
}

/* Whether a list of names, each behind its length (RFC 7301 section 3.1), has this one. */
static const unsigned char *
find_protocol(const unsigned char *list, unsigned size, const char *protocol)
{
    size_t length = strlen(protocol);
    for (const unsigned char *at = list; at < list + size; at += 1 + *at) {
        if (*at == length && memcmp(at + 1, protocol, length) == 0)
            return at;
    }
    return NULL;
}

/* Refuses a client that offers none of the protocols (RFC 7301 section 3.2). */
static int choose_protocol(
    SSL *ssl, const unsigned char **chosen, unsigned char *length, const unsigned char *offered,
    unsigned size, void *unused)
{
    const struct server_stream *self = SSL_get_app_data(ssl);
    (void)unused;
    for (const char *const *protocol = self->alpn; *protocol; protocol++) {
        const unsigned char *found = find_protocol(offered, size, *protocol);
        if (found) {
            *length = *found;
            *chosen = found + 1;
            return SSL_TLSEXT_ERR_OK;
        }
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/*
 * Clients of TLS 1.3 use a ticket once (RFC 8446 appendix C.4). OpenSSL gives a resumed connection
 * another one only if its ticket is to be renewed.
 */
static int prepare_ticket(
    SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac,
    int encrypt)
{
    const struct server_stream *self = SSL_get_app_data(ssl);
    struct tickets *tickets = &self->server->tickets;
    tickets_rotate(tickets, time(NULL));
    int result = tickets_prepare(tickets, name, iv, cipher, mac, encrypt);
    bool is_used_up = !encrypt && SSL_version(ssl) == TLS1_3_VERSION;
    return result == TICKET_IS_CURRENT && is_used_up ? TICKET_IS_TO_BE_RENEWED : result;
}

/* OCSP (RFC 6066 section 8). OpenSSL frees the copy. */
static int staple(SSL *ssl, void *unused)
{
    const struct credential *credential = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    (void)unused;
    if (!credential->staple)
        return SSL_TLSEXT_ERR_NOACK;
    size_t size = (size_t)credential->staple_size;
    unsigned char *copy = OPENSSL_memdup(credential->staple, size);
    if (!copy)
        return SSL_TLSEXT_ERR_NOACK;
    SSL_set_tlsext_status_ocsp_resp(ssl, copy, credential->staple_size);
    return SSL_TLSEXT_ERR_OK;
}

void server_stream_set_callbacks(SSL_CTX *ctx)
{
    SSL_CTX_set_tlsext_servername_callback(ctx, choose_certificate);
    SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, NULL);
    SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, prepare_ticket);
    SSL_CTX_set_tlsext_status_cb(ctx, staple);
}

int server_stream_on_verified(int valid, X509_STORE_CTX *store)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct server_stream *self = SSL_get_app_data(ssl);
    if (!valid && !self->stream.certificate_problem)
        self->stream.certificate_problem = certificate_problem(store, "");
    return valid;
}

/*
 * The connection.
 */

static int server_stream_handshake(struct tls_stream *stream, short *events)
{
    struct server_stream *self = (struct server_stream *)stream;
    int err = stream_handshake(stream, events);
    const X509 *client = err == 0 ? SSL_get0_peer_certificate(self->stream.ssl) : NULL;
    if (!client)
        return err;
    self->client = certificate_subject(client);
    return self->client ? 0 : -ENOMEM;
}

static void server_stream_describe(const struct tls_stream *stream, hob_tls_info *info)
{
    const struct server_stream *self = (const struct server_stream *)stream;
    const SSL *ssl = self->stream.ssl;
    *info = (hob_tls_info){
        .version = SSL_get_version(ssl),
        .cipher = SSL_get_cipher_name(ssl),
        .server_name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name),
        .client = self->client,
    };
}

static void server_stream_close(struct tls_stream *stream)
{
    struct server_stream *self = (struct server_stream *)stream;
    stream_free(&self->stream);
    credentials_release(self->credentials);
    server_release(self->server);
    free(self->client);
    free(self);
}

static const struct tls_functions server_stream_functions = {
    .handshake = server_stream_handshake,
    .read = stream_read,
    .write = stream_write,
    .has_input = stream_has_input,
    .shutdown = stream_shutdown,
    .protocol = stream_protocol,
    .reason = stream_reason,
    .describe = server_stream_describe,
    .close = server_stream_close,
};

int server_stream_accept(
    hob_tls_server *tls, int fd, const char *const *alpn, struct tls_stream **stream)
{
    struct server *server = (struct server *)tls;
    struct server_stream *self = calloc(1, sizeof(*self));
    if (!self)
        return -ENOMEM;
    self->stream.base.functions = &server_stream_functions;
    self->stream.socket.end_is_reported = true;
    self->server = server;
    self->server->users++;
    self->credentials = server->credentials;
    self->credentials->users++;
    self->alpn = alpn;
    int err = stream_init(&self->stream, server->credentials->all[0].ctx, server->socket, fd);
    if (err < 0) {
        server_stream_close(&self->stream.base);
        return err;
    }
    SSL_set_accept_state(self->stream.ssl);
    *stream = &self->stream.base;
    return 0;
}
