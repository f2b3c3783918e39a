/* The TLS of one connection, as far as it is the same for clients and servers. */
#ifndef HOB_NET_TLS_STREAM_H
#define HOB_NET_TLS_STREAM_H

#include <openssl/ssl.h>
#include <stdbool.h>

#include "socket_bio.h"
#include "tls.h"

struct stream {
    struct tls_stream base;
    SSL *ssl; /* its app data is the stream */
    struct socket_bio socket;
    char *protocol;            /* chosen by ALPN, or NULL */
    char *certificate_problem; /* why the peer's certificate was refused, or NULL */
    unsigned long failure;     /* OpenSSL's error code after -EPROTO, or 0 */
    bool ended;  /* close_notify was sent: another SSL_shutdown() would wait for the peer */
    bool failed; /* `ssl` may only be freed now */
};

/*
 * Makes the SSL on a socket. Returns 0 or -ENOMEM; stream_free() is to be called in either case.
 */
int stream_init(struct stream *self, SSL_CTX *ctx, const BIO_METHOD *method, int fd);

/* Frees the members, and not the stream. */
void stream_free(struct stream *self);

/* See struct tls_functions. */
int stream_handshake(struct tls_stream *stream, short *events);
int stream_read(struct tls_stream *stream, void *data, size_t size, bool peek, short *events);
int stream_write(
    struct tls_stream *stream, const void *data, size_t size, bool more, short *events);
bool stream_has_input(const struct tls_stream *stream);
int stream_shutdown(struct tls_stream *stream, short *events);
const char *stream_protocol(const struct tls_stream *stream);
const char *stream_reason(const struct tls_stream *stream);

#endif
