/* The TLS of a connection that a server has accepted. */
#ifndef HOB_NET_TLS_SERVER_STREAM_H
#define HOB_NET_TLS_SERVER_STREAM_H

#include <openssl/ssl.h>

#include "tls.h"

/* See struct hob_tls_server. */
int server_stream_accept(
    hob_tls_server *tls, int fd, const char *const *alpn, struct tls_stream **stream);

/* Sets the callbacks of OpenSSL, except for the verification of clients. */
void server_stream_set_callbacks(SSL_CTX *ctx);

/* A callback for SSL_CTX_set_verify(3ssl). */
int server_stream_on_verified(int valid, X509_STORE_CTX *store);

#endif
