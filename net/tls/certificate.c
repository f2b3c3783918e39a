#include "certificate.h"

#include <openssl/bio.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "reason.h"

/* How many names a text lists: a certificate may have thousands. */
enum { NAMES_MAX = 5 };

static void put_names(BIO *out, X509 *certificate)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    int count = names ? sk_GENERAL_NAME_num(names) : 0;
    if (count == 0)
        BIO_puts(out, "no name");
    for (int i = 0; i < count && i < NAMES_MAX; i++) {
        BIO_puts(out, i > 0 ? ", " : "");
        GENERAL_NAME_print(out, sk_GENERAL_NAME_value(names, i));
    }
    if (count > NAMES_MAX)
        BIO_printf(out, " and %d others", count - NAMES_MAX);
    GENERAL_NAMES_free(names);
}

static void put_name(BIO *out, const X509_NAME *name)
{
    X509_NAME_print_ex(out, name, 0, XN_FLAG_RFC2253); /* escapes control characters */
}

static void put_time(BIO *out, const char *verb, const X509 *certificate, const ASN1_TIME *time)
{
    BIO_puts(out, "the certificate of ");
    put_name(out, X509_get_subject_name(certificate));
    BIO_printf(out, " %s on ", verb);
    ASN1_TIME_print(out, time);
}

static void put_problem(BIO *out, X509_STORE_CTX *store, const char *name)
{
    int problem = X509_STORE_CTX_get_error(store);
    X509 *certificate = X509_STORE_CTX_get_current_cert(store);
    switch (problem) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        BIO_puts(out, "the certificate is for ");
        put_names(out, certificate);
        BIO_printf(out, ", and not for %s", name);
        break;
    case X509_V_ERR_CERT_HAS_EXPIRED:
        put_time(out, "expired", certificate, X509_get0_notAfter(certificate));
        break;
    case X509_V_ERR_CERT_NOT_YET_VALID:
        put_time(out, "becomes valid", certificate, X509_get0_notBefore(certificate));
        break;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        BIO_puts(out, "the certificate's issuer ");
        put_name(out, X509_get_issuer_name(certificate));
        BIO_puts(out, " is not trusted");
        break;
    default:
        BIO_printf(out, "the certificate is refused: %s", X509_verify_cert_error_string(problem));
        break;
    }
}

char *certificate_problem(X509_STORE_CTX *store, const char *name)
{
    BIO *out = BIO_new(BIO_s_mem());
    if (out)
        put_problem(out, store, name);
    return reason_take(out);
}

char *certificate_subject(const X509 *certificate)
{
    BIO *out = BIO_new(BIO_s_mem());
    if (out)
        put_name(out, X509_get_subject_name(certificate));
    return reason_take(out);
}
