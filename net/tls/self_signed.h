/* A certificate that a server makes for itself: for development. */
#ifndef HOB_NET_TLS_SELF_SIGNED_H
#define HOB_NET_TLS_SELF_SIGNED_H

#include <openssl/ssl.h>
#include <stdbool.h>

/* Makes a key and a certificate for localhost, and sets both. Returns whether that succeeded. */
bool self_signed_use(SSL_CTX *ctx);

#endif
