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
    size_t users; /* connections, and the maker */
};

/* Called when one user has gone: the last one frees it. */
void context_release(struct context *self);

#endif
