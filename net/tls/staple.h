/* OCSP responses that a server sends with its certificate (RFC 6066 section 8, RFC 6960). */
#ifndef HOB_NET_TLS_STAPLE_H
#define HOB_NET_TLS_STAPLE_H

#include <openssl/ssl.h>
#include <stdbool.h>

/*
 * Checks that the server has sent a valid OCSP response by which its certificate, which is verified
 * already, is not revoked. Otherwise it sets *problem to a text for free(3), or to NULL when out of
 * memory.
 */
bool staple_is_good(SSL *ssl, char **problem);

#endif
