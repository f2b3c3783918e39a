/* The reason for refusing a server's certificate, as text. */
#ifndef HOB_NET_TLS_CERTIFICATE_H
#define HOB_NET_TLS_CERTIFICATE_H

#include <openssl/x509_vfy.h>

/*
 * Describes why verification has failed. `name` is the expected one. For the callback of
 * SSL_set_verify(3ssl). The caller frees the text by free(3). NULL when out of memory.
 */
char *certificate_problem(X509_STORE_CTX *store, const char *name);

#endif
