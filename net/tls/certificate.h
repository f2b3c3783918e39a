/* Texts about certificates. The caller frees them by free(3); NULL when out of memory. */
#ifndef HOB_NET_TLS_CERTIFICATE_H
#define HOB_NET_TLS_CERTIFICATE_H

#include <openssl/x509.h>

/*
 * Describes why verification has failed. `name` is the expected one. For the callback of
 * SSL_set_verify(3ssl).
 */
char *certificate_problem(X509_STORE_CTX *store, const char *name);

/* The subject as RFC 4514 writes it, such as "CN=ann,O=example". */
char *certificate_subject(const X509 *certificate);

#endif
