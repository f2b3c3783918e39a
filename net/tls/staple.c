#include "staple.h"

#include <openssl/bio.h>
#include <openssl/ocsp.h>

#include "reason.h"

/* By how many seconds the clocks of server and client may differ. */
enum { CLOCK_DIFFERENCE = 300 };

struct staple {
    X509 *certificate;
    X509 *issuer;
    OCSP_BASICRESP *response;
};

/* Parses a response. NULL if it is none, or an error of the responder. */
static OCSP_BASICRESP *parse(const unsigned char *bytes, long length)
{
    OCSP_BASICRESP *basic = NULL;
    OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &bytes, length);
    if (response && OCSP_response_status(response) == OCSP_RESPONSE_STATUS_SUCCESSFUL)
        basic = OCSP_response_get1_basic(response);
    OCSP_RESPONSE_free(response);
    return basic;
}

/* The responder chooses the hash function of the certificate's id. */
static bool is_about(const struct staple *self, OCSP_SINGLERESP *single)
{
    ASN1_OBJECT *algorithm;
    OCSP_CERTID *id = OCSP_CERTID_dup(OCSP_SINGLERESP_get0_id(single));
    if (!id)
        return false;
    OCSP_id_get0_info(NULL, &algorithm, NULL, NULL, id);
    const EVP_MD *hash = EVP_get_digestbyobj(algorithm);
    OCSP_CERTID *wanted = hash ? OCSP_cert_to_id(hash, self->certificate, self->issuer) : NULL;
    bool same = wanted && OCSP_id_cmp(wanted, id) == 0;
    OCSP_CERTID_free(wanted);
    OCSP_CERTID_free(id);
    return same;
}

/* Returns the part about the certificate, or NULL. */
static OCSP_SINGLERESP *find(const struct staple *self)
{
    int count = OCSP_resp_count(self->response);
    for (int i = 0; i < count; i++) {
        OCSP_SINGLERESP *single = OCSP_resp_get0(self->response, i);
        if (is_about(self, single))
            return single;
    }
    return NULL;
}

static bool refuse(BIO *out, const char *reason)
{
    BIO_printf(out, "the OCSP staple %s", reason);
    return false;
}

static bool check_status(OCSP_SINGLERESP *single, BIO *out)
{
    ASN1_GENERALIZEDTIME *revoked, *from, *until;
    int reason;
    int status = OCSP_single_get0_status(single, &reason, &revoked, &from, &until);
    if (!OCSP_check_validity(from, until, CLOCK_DIFFERENCE, -1)) {
        bool late = until && X509_cmp_current_time(until) < 0;
        return refuse(out, late ? "is too old" : "is not valid yet, or without an end");
    }
    if (status == V_OCSP_CERTSTATUS_GOOD)
        return true;
    if (status != V_OCSP_CERTSTATUS_REVOKED)
        return refuse(out, "is by a responder that does not know the certificate");
    BIO_puts(out, "the certificate was revoked on ");
    ASN1_GENERALIZEDTIME_print(out, revoked);
    if (reason >= 0)
        BIO_printf(out, " (%s)", OCSP_crl_reason_str(reason));
    return false;
}

static bool check(const struct staple *self, SSL *ssl, BIO *out)
{
    STACK_OF(X509) *chain = SSL_get0_verified_chain(ssl);
    X509_STORE *trusted = SSL_CTX_get_cert_store(SSL_get_SSL_CTX(ssl));
    if (!self->response)
        return refuse(out, "is no valid response");
    if (OCSP_basic_verify(self->response, chain, trusted, 0) <= 0)
        return refuse(out, "is not signed for the certificate's issuer");
    OCSP_SINGLERESP *single = find(self);
    return single ? check_status(single, out) : refuse(out, "is for another certificate");
}

/* A certificate that is trusted by itself is its own issuer. */
static bool check_response(SSL *ssl, const unsigned char *bytes, long length, BIO *out)
{
    STACK_OF(X509) *chain = SSL_get0_verified_chain(ssl);
    int count = sk_X509_num(chain);
    if (count <= 0)
        return refuse(out, "is for a certificate that was not verified");
    struct staple self = {
        .certificate = sk_X509_value(chain, 0),
        .issuer = sk_X509_value(chain, count > 1 ? 1 : 0),
        .response = parse(bytes, length),
    };
    bool good = check(&self, ssl, out);
    OCSP_BASICRESP_free(self.response);
    return good;
}

bool staple_is_good(SSL *ssl, char **problem)
{
    const unsigned char *bytes;
    bool good = false;
    BIO *out = BIO_new(BIO_s_mem());
    *problem = NULL;
    if (!out)
        return false;
    long length = SSL_get_tlsext_status_ocsp_resp(ssl, &bytes);
    if (length <= 0)
        BIO_puts(out, "the server has sent no OCSP staple");
    else
        good = check_response(ssl, bytes, length, out);
    if (good)
        BIO_free(out);
    else
        *problem = reason_take(out);
    return good;
}
