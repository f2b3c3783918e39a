/* Errors of OpenSSL, as text. */
#ifndef HOB_NET_TLS_REASON_H
#define HOB_NET_TLS_REASON_H

#include <openssl/bio.h>

/* Returns the description of an error code of ERR_get_error(3ssl), which is static. */
const char *reason_text(unsigned long code);

/*
 * Frees a BIO of memory, which may be NULL, and returns the text that was written to it, to be
 * freed. NULL when out of memory.
 */
char *reason_take(BIO *out);

#endif
