/* Certificates and keys in files. Texts of errors name the file and the reason. */
#ifndef HOB_NET_TLS_FILES_H
#define HOB_NET_TLS_FILES_H

#include <openssl/ssl.h>

#include "hob/net.h"

/*
 * Writes that `what` has failed for the file, such as "using the key in", and OpenSSL's reason.
 * `error` may be NULL. Returns -EINVAL.
 */
int files_refuse(hob_error *error, const char *what, const char *path);

/*
 * Sets the certificate with its intermediate ones, and its private key, which must belong to it and
 * have no password. Returns 0 or -EINVAL.
 */
int files_use_certificate(SSL_CTX *ctx, const char *certificate, const char *key, hob_error *error);

#endif
