/*
 * Certificates that a test makes, and what servers show them with.
 */
#ifndef HOB_TESTS_SUPPORT_CERTIFICATES_H
#define HOB_TESTS_SUPPORT_CERTIFICATES_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>

/* A certificate with its key. */
struct identity {
    X509 *certificate;
    EVP_PKEY *key;
};

struct certificate {
    const char *subject;           /* its common name */
    const char *names;             /* "DNS:a.test,IP:127.0.0.1"; NULL: it has none */
    const struct identity *issuer; /* NULL: it is self-signed */
    int from;                      /* days from now; 0 for both: valid for a day */
    int until;
    bool authority;     /* it may sign others */
    bool signs_staples; /* it may sign OCSP responses in the name of its issuer */
    bool rsa;           /* its key is RSA rather than P-256 */
};

struct identity identity_make(const struct certificate *wanted);
void identity_free(struct identity *self);

/* Write PEM. A key with a password is encrypted; NULL is no password. */
void identity_write_certificate(const struct identity *self, const char *path);
void identity_write_key(const struct identity *self, const char *path, const char *password);

#endif
