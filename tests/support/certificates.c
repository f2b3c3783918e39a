#include "tests/support/certificates.h"
#include "tests/support/criterion.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

#define DAY 86400L

static void add_extension(X509 *certificate, int kind, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
    cr_assert_not_null(extension, "%s", value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

static void set_subject(X509 *certificate, const char *subject)
{
    X509_NAME *name = X509_get_subject_name(certificate);
    const unsigned char *bytes = (const unsigned char *)subject;
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, bytes, -1, -1, 0);
}

struct identity identity_make(const struct certificate *wanted)
{
    static long serial;
    struct identity self = {.certificate = X509_new()};
    self.key = wanted->rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
    X509 *certificate = self.certificate;
    const struct identity *issuer = wanted->issuer ? wanted->issuer : &self;
    bool usual = wanted->from == 0 && wanted->until == 0;
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate), (usual ? -1 : wanted->from) * DAY);
    X509_gmtime_adj(X509_getm_notAfter(certificate), (usual ? 1 : wanted->until) * DAY);
    set_subject(certificate, wanted->subject);
    X509_set_issuer_name(certificate, X509_get_subject_name(issuer->certificate));
    X509_set_pubkey(certificate, self.key);
    if (wanted->names)
        add_extension(certificate, NID_subject_alt_name, wanted->names);
    if (wanted->authority)
        add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
    if (wanted->signs_staples)
        add_extension(certificate, NID_ext_key_usage, "OCSPSigning");
    cr_assert(X509_sign(certificate, issuer->key, EVP_sha256()) > 0);
    return self;
}

void identity_free(struct identity *self)
{
    X509_free(self->certificate);
    EVP_PKEY_free(self->key);
}

void identity_write_certificate(const struct identity *self, const char *path)
{
    FILE *file = fopen(path, "we");
    cr_assert_not_null(file);
    PEM_write_X509(file, self->certificate);
    fclose(file);
}

void identity_write_key(const struct identity *self, const char *path, const char *password)
{
    FILE *file = fopen(path, "we");
    cr_assert_not_null(file);
    const EVP_CIPHER *cipher = password ? EVP_aes_128_cbc() : NULL;
    int length = password ? (int)strlen(password) : 0;
    PEM_write_PrivateKey(
        file, self->key, cipher, (const unsigned char *)password, length, NULL, NULL);
    fclose(file);
}
