/* Certificates and keys in files. Texts of errors name the file and the reason. */
#ifndef HOB_NET_TLS_FILES_H
#define HOB_NET_TLS_FILES_H

#include <openssl/ssl.h>
#include <stdbool.h>

#include "hob/net.h"

/*
 * Whether OpenSSL may open the path. A FIFO would block the thread until it has a writer, so what
 * exists has to be a regular file; OpenSSL reports what does not exist. To be called before
 * functions of OpenSSL that take a path.
 */
bool files_can_open(const char *path);

/* Opens a regular file for reading. Returns NULL if that fails. */
BIO *files_open(const char *path);

/*
 * Writes that `what`, such as "using the key in", has failed for the file, and the reason. `error`
 * may be NULL. Returns -EINVAL.
 */
int files_refuse_because(hob_error *error, const char *what, const char *path, const char *reason);

/* The same: the reason is that it is not a regular file, or else OpenSSL's. */
int files_refuse(hob_error *error, const char *what, const char *path);

/*
 * Sets the certificate with its intermediate ones, and its private key, which must belong to it and
 * have no password. Returns 0 or -EINVAL.
 */
int files_use_certificate(SSL_CTX *ctx, const char *certificate, const char *key, hob_error *error);

#endif
