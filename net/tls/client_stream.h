/* The TLS of a client's connection. */
#ifndef HOB_NET_TLS_CLIENT_STREAM_H
#define HOB_NET_TLS_CLIENT_STREAM_H

#include <openssl/ssl.h>

#include "tls.h"

extern const struct tls_functions client_stream_functions;

/* Callbacks of OpenSSL, for all connections of a context. */
int client_stream_on_session(SSL *ssl, SSL_SESSION *session);
int client_stream_on_verified(int valid, X509_STORE_CTX *store);
int client_stream_on_staple(SSL *ssl, void *unused);

#endif
