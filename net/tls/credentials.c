#include "credentials.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "files.h"
#include "reason.h"
#include "self_signed.h"
#include "server_stream.h"
#include "tickets.h"

/*
 * Certificates.
 */

static int refuse_time(hob_error *error, const char *path, const char *verb, const ASN1_TIME *time)
{
    BIO *out = BIO_new(BIO_s_mem());
    if (out) {
        BIO_printf(out, "it %s on ", verb);
        ASN1_TIME_print(out, time);
    }
    char *text = reason_take(out);
    const char *reason = text ? text : "out of memory";
    int err = files_refuse_because(error, "using the certificate in", path, reason);
    free(text);
    return err;
}

/* Clients would refuse a certificate that is not valid now. */
static int check_time(const SSL_CTX *ctx, const char *path, hob_error *error)
{
    const X509 *certificate = SSL_CTX_get0_certificate(ctx);
    const ASN1_TIME *begin = X509_get0_notBefore(certificate);
    const ASN1_TIME *end = X509_get0_notAfter(certificate);
    if (X509_cmp_current_time(begin) > 0)
        return refuse_time(error, path, "becomes valid", begin);
    if (X509_cmp_current_time(end) < 0)
        return refuse_time(error, path, "expired", end);
    return 0;
}

/* Reads a successful OCSP response (RFC 6960 section 4.2.1), to send it as it is. */
static int read_staple(struct credential *self, const char *path, hob_error *error)
{
    BIO *file = files_open(path);
    OCSP_RESPONSE *response = file ? d2i_OCSP_RESPONSE_bio(file, NULL) : NULL;
    BIO_free(file);
    if (!response)
        return files_refuse(error, "using the OCSP response in", path);
    if (OCSP_response_status(response) == OCSP_RESPONSE_STATUS_SUCCESSFUL)
        self->staple_size = i2d_OCSP_RESPONSE(response, &self->staple);
    OCSP_RESPONSE_free(response);
    if (self->staple_size > 0)
        return 0;
    return files_refuse_because(error, "using the OCSP response in", path, "it is an error");
}

static int read_files(struct credential *self, const hob_tls_certificate *files, hob_error *error)
{
    const char *path = files->certificate_file;
    const char *key = files->key_file ? files->key_file : path;
    int err = files_use_certificate(self->ctx, path, key, error);
    if (err == 0)
        err = check_time(self->ctx, path, error);
    if (err == 0 && files->ocsp_file)
        err = read_staple(self, files->ocsp_file, error);
    return err;
}

/*
 * Clients' certificates.
 */

/* Clients get the names of the authorities, to choose one of their certificates. */
static int trust_clients_of(SSL_CTX *ctx, const char *path, hob_error *error)
{
    STACK_OF(X509_NAME) *names = files_can_open(path) ? SSL_load_client_CA_file(path) : NULL;
    if (!names || SSL_CTX_load_verify_file(ctx, path) != 1) {
        sk_X509_NAME_pop_free(names, X509_NAME_free);
        return files_refuse(error, "trusting the certificates in", path);
    }
    SSL_CTX_set_client_CA_list(ctx, names);
    SSL_CTX_set_verify(
        ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, server_stream_on_verified);
    return 0;
}

/*
 * Settings.
 */

/*
 * For TLS 1.2: "intermediate" of Mozilla's recommendations, version 5.7, without DHE, which needs
 * parameters and which no client needs. The client chooses, since it knows whether its processor
 * has AES. https://wiki.mozilla.org/Security/Server_Side_TLS
 */
#define CIPHERS                                                                                    \
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"     \
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"

/*
 * Groups are OpenSSL's: version 3.5 prefers X25519MLKEM768. Early data is off, which is the
 * default: it can be replayed (RFC 8446 section 8).
 */
static bool set_up(SSL_CTX *ctx)
{
    static const unsigned char name[] = "hob";
    /* The end of a message is known by its head, so that one cut short is noticed without TLS. */
    SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    /* An idle connection keeps no buffers: they have 34 KB. */
    SSL_CTX_set_mode(
        ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                 SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_clear_mode(ctx, SSL_MODE_AUTO_RETRY); /* a read ends, however many key updates come */
    SSL_CTX_set_read_ahead(ctx, 1);               /* one call reads a record and its head */
    /* Without a cache, which would keep 2 KB for each of 20,480 closed connections. */
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_timeout(ctx, TICKET_PERIOD);
    server_stream_set_callbacks(ctx);
    return SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_cipher_list(ctx, CIPHERS) == 1 &&
           SSL_CTX_set_num_tickets(ctx, 1) == 1 && /* for the next connection */
           SSL_CTX_set_session_id_context(ctx, name, sizeof(name) - 1) == 1;
}

/*
 * All of them.
 */

/* `files` is NULL for a self-signed certificate. */
static int
add(struct credentials *self, const hob_tls_server_options *options,
    const hob_tls_certificate *files, hob_error *error)
{
    struct credential *added = &self->all[self->count];
    int err = 0;
    added->ctx = SSL_CTX_new(TLS_server_method());
    if (!added->ctx)
        return -ENOMEM;
    self->count++;
    SSL_CTX_set_app_data(added->ctx, added);
    if (!set_up(added->ctx))
        return -ENOMEM;
    if (files)
        err = read_files(added, files, error);
    else if (!self_signed_use(added->ctx))
        err = -ENOMEM;
    if (err == 0 && options->client_ca_file)
        err = trust_clients_of(added->ctx, options->client_ca_file, error);
    return err;
}

static int
read_all(struct credentials *self, const hob_tls_server_options *options, hob_error *error)
{
    int err = 0;
    if (options->certificate_count == 0)
        return add(self, options, NULL, error);
    for (size_t i = 0; i < options->certificate_count && err == 0; i++)
        err = add(self, options, &options->certificates[i], error);
    return err;
}

int credentials_read(
    const hob_tls_server_options *options, hob_error *error, struct credentials **credentials)
{
    size_t count = options->certificate_count > 0 ? options->certificate_count : 1;
    struct credentials *self = calloc(1, sizeof(*self) + count * sizeof(self->all[0]));
    *credentials = NULL;
    if (!self)
        return -ENOMEM;
    self->users = 1;
    ERR_clear_error();
    int err = read_all(self, options, error);
    ERR_clear_error();
    if (err < 0)
        credentials_release(self);
    else
        *credentials = self;
    return err;
}

void credentials_release(struct credentials *self)
{
    if (--self->users > 0)
        return;
    for (size_t i = 0; i < self->count; i++) {
        SSL_CTX_free(self->all[i].ctx);
        OPENSSL_free(self->all[i].staple);
    }
    free(self);
}

SSL_CTX *credentials_find(const struct credentials *self, const char *name)
{
    enum {
        ANY = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS,
        EXACT = ANY | X509_CHECK_FLAG_NO_WILDCARDS,
    };
    static const unsigned kinds[] = {EXACT, ANY};
    for (size_t kind = 0; kind < 2 && self->count > 1; kind++) {
        for (size_t i = 0; i < self->count; i++) {
            X509 *certificate = SSL_CTX_get0_certificate(self->all[i].ctx);
            if (X509_check_host(certificate, name, 0, kinds[kind], NULL) == 1)
                return self->all[i].ctx;
        }
    }
    return NULL;
}
