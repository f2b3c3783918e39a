/* A handshake with both sides in this process. The certificate is in the current folder. */
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdio.h>

static SSL_CTX *server_context(void)
{
    SSL_CTX *server = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate_file(server, "cert.pem", SSL_FILETYPE_PEM);
    SSL_CTX_use_PrivateKey_file(server, "key.pem", SSL_FILETYPE_PEM);
    return server;
}

/* Resumes a session unless it is NULL. Returns that of the client, and whether it was resumed. */
static SSL_SESSION *
shake(SSL_CTX *client_ctx, SSL_CTX *server_ctx, SSL_SESSION *before, bool *resumed)
{
    char byte;
    BIO *one, *other;
    SSL *client = SSL_new(client_ctx), *server = SSL_new(server_ctx);
    BIO_new_bio_pair(&one, 0, &other, 0);
    SSL_set_bio(client, one, one);
    SSL_set_bio(server, other, other);
    SSL_set_connect_state(client);
    SSL_set_accept_state(server);
    if (before)
        SSL_set_session(client, before);
    for (int i = 0; i < 10; i++) {
        SSL_do_handshake(client);
        SSL_do_handshake(server);
    }
    SSL_write(server, "x", 1);
    SSL_read(client, &byte, 1); /* and the tickets of TLS 1.3 before it */
    *resumed = SSL_session_reused(client);
    SSL_SESSION *session = SSL_get1_session(client);
    SSL_shutdown(client);
    SSL_free(client);
    SSL_free(server);
    return session;
}
