/* The TLS of one connection. */
#ifndef HOB_NET_TLS_STREAM_H
#define HOB_NET_TLS_STREAM_H

#include <openssl/ssl.h>

#include "tls.h"

extern const struct tls_functions stream_functions;

/* Callbacks of OpenSSL, for all connections of a context. */
int stream_on_session(SSL *ssl, SSL_SESSION *session);
int stream_on_verified(int valid, X509_STORE_CTX *store);
int stream_on_staple(SSL *ssl, void *unused);

#endif
