/*
 * The certificates of a server, each with its key in a context of OpenSSL. They never change: when
 * the files have changed, new ones take their place, and connections keep those that they began
 * with.
 */
#ifndef HOB_NET_TLS_CREDENTIALS_H
#define HOB_NET_TLS_CREDENTIALS_H

#include <openssl/ssl.h>
#include <stddef.h>

#include "hob/tls.h"

struct credential {
    SSL_CTX *ctx;          /* its app data is the credential */
    unsigned char *staple; /* the response of an OCSP responder; NULL if there is none */
    int staple_size;
};

struct credentials {
    size_t users; /* connections, and the server while they are the current ones */
    size_t count;
    struct credential all[]; /* the first is the default */
};

/*
 * Reads the files of the options. Returns 0, -EINVAL after setting the error if a file cannot be
 * used, or -ENOMEM.
 */
int credentials_read(
    const hob_tls_server_options *options, hob_error *error, struct credentials **credentials);

/* Removes one user, and frees the credentials after the last one. */
void credentials_release(struct credentials *self);

/*
 * The context whose certificate has this name among its subjectAltNames: an exact one rather than a
 * wildcard. NULL if there is none.
 */
SSL_CTX *credentials_find(const struct credentials *self, const char *name);

#endif
