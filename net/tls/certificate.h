/* The reason for refusing a server's certificate, as text. */
#ifndef HOB_NET_TLS_CERTIFICATE_H
#define HOB_NET_TLS_CERTIFICATE_H

#include <openssl/x509_vfy.h>

/*
 * Says why verification has failed. `name` is the one that was expected. To be called in the
 * callback of SSL_set_verify(3ssl). The text is to be freed by free(3); NULL when out of memory.
 */
char *certificate_problem(X509_STORE_CTX *store, const char *name);

#endif
