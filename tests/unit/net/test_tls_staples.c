/* Certificates that may be revoked, as an OCSP response of the server says. */
#include <openssl/ocsp.h>

#include "hob/tls.h"
#include "tests/support/coroutine.h"
#include "tests/support/folder.h"
#include "tests/support/or_none.h"
#include "tests/support/test.h"
#include "tests/support/tls_server.h"

TestSuite(tls_staples, .init = tls_setup, .fini = tls_teardown, .timeout = 60);

#define HOUR 3600L

enum signer { BY_ISSUER, BY_DELEGATE, BY_STRANGER };

struct staple {
    const char *problem; /* the beginning of it; NULL: the certificate is accepted */
    int status;
    enum signer signer;
    long from; /* seconds from now; 0 for both: for an hour around now */
    long until;
    bool sha256;   /* of the certificate's id */
    bool other;    /* about another certificate */
    int error;     /* the responder's, in place of a response */
    bool endless;  /* it has no end */
    bool nonsense; /* it is no response */
    bool none;
};

static const struct staple staples[] = {
    {NULL, V_OCSP_CERTSTATUS_GOOD},
    {NULL, V_OCSP_CERTSTATUS_GOOD, .sha256 = true},
    {NULL, V_OCSP_CERTSTATUS_GOOD, BY_DELEGATE},
    {NULL, V_OCSP_CERTSTATUS_GOOD, .endless = true},
    {NULL, V_OCSP_CERTSTATUS_GOOD, .from = -HOUR, .until = -60}, /* by its clock it is valid */
    {"the server has sent no OCSP staple", .none = true},
    {"the certificate was revoked on ", V_OCSP_CERTSTATUS_REVOKED},
    {"the OCSP staple is by a responder that does not know the certificate",
     V_OCSP_CERTSTATUS_UNKNOWN},
    {"the OCSP staple is too old", V_OCSP_CERTSTATUS_GOOD, .from = -2 * HOUR, .until = -HOUR},
    {"the OCSP staple is not valid yet", V_OCSP_CERTSTATUS_GOOD, .from = HOUR, .until = 2 * HOUR},
    {"the OCSP staple is not signed for the certificate's issuer", V_OCSP_CERTSTATUS_GOOD,
     BY_STRANGER},
    {"the OCSP staple is for another certificate", V_OCSP_CERTSTATUS_GOOD, .other = true},
    {"the OCSP staple is no valid response", .error = OCSP_RESPONSE_STATUS_TRYLATER},
    {"the OCSP staple is no valid response", .nonsense = true},
};

static struct tls_server server;
static struct identity delegate, stranger;

static const struct identity *signer_of(const struct staple *staple)
{
    const struct identity *signers[] = {tls_authority(), &delegate, &stranger};
    return signers[staple->signer];
}

static void add_status(OCSP_BASICRESP *basic, const struct staple *staple)
{
    bool usual = staple->from == 0 && staple->until == 0;
    X509 *certificate = staple->other ? delegate.certificate : tls_good()->certificate;
    ASN1_TIME *from = X509_gmtime_adj(NULL, usual ? -HOUR : staple->from);
    ASN1_TIME *until = X509_gmtime_adj(NULL, usual ? HOUR : staple->until);
    ASN1_TIME *revoked = X509_gmtime_adj(NULL, -HOUR);
    OCSP_CERTID *id = OCSP_cert_to_id(
        staple->sha256 ? EVP_sha256() : EVP_sha1(), certificate, tls_authority()->certificate);
    bool is_revoked = staple->status == V_OCSP_CERTSTATUS_REVOKED;
    cr_expect(OCSP_basic_add1_status(
        basic, id, staple->status, OCSP_REVOKED_STATUS_KEYCOMPROMISE, is_revoked ? revoked : NULL,
        from, staple->endless ? NULL : until));
    OCSP_CERTID_free(id);
    ASN1_TIME_free(from);
    ASN1_TIME_free(until);
    ASN1_TIME_free(revoked);
}

/* Returns the length of the bytes, which are for OPENSSL_free(3ssl). */
static int make_staple(const struct staple *staple, unsigned char **bytes)
{
    const struct identity *signer = signer_of(staple);
    OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
    *bytes = NULL;
    add_status(basic, staple);
    cr_expect(OCSP_basic_sign(basic, signer->certificate, signer->key, EVP_sha256(), NULL, 0) == 1);
    OCSP_RESPONSE *response = staple->error
                                  ? OCSP_response_create(staple->error, NULL)
                                  : OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
    int length = i2d_OCSP_RESPONSE(response, bytes);
    OCSP_RESPONSE_free(response);
    OCSP_BASICRESP_free(basic);
    return staple->nonsense ? length / 2 : length;
}

/* A callback of the server. */
static int send_staple(SSL *ssl, void *arg)
{
    const struct staple *staple = arg;
    unsigned char *bytes;
    if (staple->none)
        return SSL_TLSEXT_ERR_NOACK;
    int length = make_staple(staple, &bytes);
    SSL_set_tlsext_status_ocsp_resp(ssl, bytes, length); /* owns the bytes */
    return SSL_TLSEXT_ERR_OK;
}

static int connect_to(hob_tls *tls, hob_error *error)
{
    hob_conn *conn;
    const hob_connect_options options = {.tls = tls, .error = error};
    int err = hob_connect(server.listening.text, &options, &conn);
    hob_conn_close(conn);
    return err;
}

static void check_staple(size_t i, hob_tls *tls, int version)
{
    struct staple staple = staples[i];
    hob_error error;
    char expected[200];
    tls_server_start(&server, tls_good(), serve_echo);
    SSL_CTX_set_max_proto_version(server.ctx, version);
    SSL_CTX_set_tlsext_status_cb(server.ctx, send_staple);
    SSL_CTX_set_tlsext_status_arg(server.ctx, &staple);
    int err = connect_to(tls, &error);
    cr_expect_eq(
        err, staple.problem ? -EKEYREJECTED : 0, "%s: %d %s", or_none(staple.problem), err,
        error.text);
    snprintf(
        expected, sizeof(expected), "connecting to %s: %s", server.listening.text,
        staple.problem ? staple.problem : "");
    if (staple.problem)
        cr_expect(
            strncmp(error.text, expected, strlen(expected)) == 0, "%s: %s", staple.problem,
            error.text);
    if (staple.status == V_OCSP_CERTSTATUS_REVOKED)
        cr_expect(strstr(error.text, " GMT (keyCompromise)"), "%s", error.text);
    tls_server_stop(&server);
}

static hob_tls *make_strict_client(void)
{
    hob_tls *tls;
    const hob_tls_options options = {.ca_file = folder_path("ca.pem"), .require_ocsp_staple = true};
    cr_expect_eq(hob_tls_new(&options, &tls), 0);
    return tls;
}

CoroutineTest(tls_staples, must_be_valid_and_say_that_the_certificate_is_good)
{
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    hob_tls *tls = make_strict_client();
    delegate = identity_make(&(struct certificate){
        .subject = "delegate", .issuer = tls_authority(), .signs_staples = true});
    stranger = identity_make(&(struct certificate){.subject = "stranger", .authority = true});
    for (size_t i = 0; i < COUNT(staples); i++) {
        for (size_t j = 0; j < COUNT(versions); j++)
            check_staple(i, tls, versions[j]);
    }
    hob_tls_free(tls);
    identity_free(&delegate);
    identity_free(&stranger);
}

/* Otherwise a session would outlive the staple. */
CoroutineTest(tls_staples, are_required_on_each_connection)
{
    struct staple staple = {NULL, V_OCSP_CERTSTATUS_GOOD};
    hob_error error;
    hob_tls *tls = make_strict_client();
    tls_server_start(&server, tls_good(), serve_echo);
    SSL_CTX_set_tlsext_status_cb(server.ctx, send_staple);
    SSL_CTX_set_tlsext_status_arg(server.ctx, &staple);
    for (int i = 0; i < 2; i++)
        cr_expect_eq(connect_to(tls, &error), 0, "%s", error.text);
    staple.status = V_OCSP_CERTSTATUS_REVOKED;
    cr_expect_eq(connect_to(tls, &error), -EKEYREJECTED);
    hob_tls_free(tls);
    tls_server_stop(&server);
    cr_expect_eq(atomic_load(&server.resumed), 0);
}

/* By default a client does not ask for them. */
CoroutineTest(tls_staples, are_not_needed_by_default)
{
    struct staple staple = {NULL, V_OCSP_CERTSTATUS_REVOKED};
    hob_error error;
    hob_tls *tls = tls_client();
    tls_server_start(&server, tls_good(), serve_echo);
    SSL_CTX_set_tlsext_status_cb(server.ctx, send_staple);
    SSL_CTX_set_tlsext_status_arg(server.ctx, &staple);
    cr_expect_eq(connect_to(tls, &error), 0, "%s", error.text);
    hob_tls_free(tls);
    tls_server_stop(&server);
}

Test(tls_staples, need_certificates_that_are_verified)
{
    hob_tls *tls;
    hob_error error;
    const hob_tls_options options = {
        .require_ocsp_staple = true, .insecure_accept_any_certificate = true, .error = &error};
    cr_expect_eq(hob_tls_new(&options, &tls), -EINVAL);
    cr_expect_null(tls);
    cr_expect_str_eq(
        error.text, "require_ocsp_staple and insecure_accept_any_certificate exclude each other");
}
