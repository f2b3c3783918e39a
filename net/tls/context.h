/* Settings that TLS connections share. */
#ifndef HOB_NET_TLS_CONTEXT_H
#define HOB_NET_TLS_CONTEXT_H

#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <stddef.h>

#include "hob/tls.h"
#include "sessions.h"
#include "tls.h"

struct context {
    hob_tls base;
    SSL_CTX *ctx;
    BIO_METHOD *socket; /* how OpenSSL reads and writes sockets */
    struct sessions sessions;
    size_t users; /* connections, and the program until hob_tls_free() */
};

/* Removes one user, and frees the context after the last one. */
void context_release(struct context *self);

#endif
