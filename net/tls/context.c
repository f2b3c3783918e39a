#include "context.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

#include "client_stream.h"
#include "files.h"
#include "socket_bio.h"

static int load_trusted(const struct context *self, const hob_tls_options *options)
{
    if (options->insecure_accept_any_certificate)
        return 0;
    if (!options->ca_file)
        return SSL_CTX_set_default_verify_paths(self->ctx) == 1 ? 0 : -ENOMEM;
    if (!files_can_open(options->ca_file) ||
        SSL_CTX_load_verify_file(self->ctx, options->ca_file) != 1)
        return files_refuse(options->error, "trusting the certificates in", options->ca_file);
    return 0;
}

static int load_own(const struct context *self, const hob_tls_options *options)
{
    const char *certificate = options->certificate_file;
    const char *key = options->key_file ? options->key_file : certificate;
    if (!certificate && !key)
        return 0;
    if (!certificate)
        return files_refuse_because(
            options->error, "there is no certificate for the key in", key,
            "certificate_file is not set");
    return files_use_certificate(self->ctx, certificate, key, options->error);
}

/* RFC 9525 section 6.3: a name counts only among the subjectAltNames, and "*" is a whole label. */
static void require_names(const struct context *self)
{
    X509_VERIFY_PARAM_set_hostflags(
        SSL_CTX_get0_param(self->ctx),
        X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
}

/* A resumed session comes without a staple, so each connection needs a session of its own. */
static void require_staple(const struct context *self)
{
    SSL_CTX_set_tlsext_status_type(self->ctx, TLSEXT_STATUSTYPE_ocsp);
    SSL_CTX_set_tlsext_status_cb(self->ctx, client_stream_on_staple);
    SSL_CTX_set_session_cache_mode(self->ctx, SSL_SESS_CACHE_OFF);
}

static void set_up(const struct context *self, const hob_tls_options *options)
{
    bool verify = !options->insecure_accept_any_certificate;
    SSL_CTX_set_verify(
        self->ctx, verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, client_stream_on_verified);
    require_names(self);
    SSL_CTX_set_min_proto_version(self->ctx, TLS1_2_VERSION);
    SSL_CTX_set_options(self->ctx, SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(
        self->ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                       SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(self->ctx, 1); /* one call reads a record and its head */
    SSL_CTX_set_session_cache_mode(self->ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(self->ctx, client_stream_on_session);
    if (options->require_ocsp_staple)
        require_staple(self);
}

static int check_options(const hob_tls_options *options)
{
    if (!options->require_ocsp_staple || !options->insecure_accept_any_certificate)
        return 0;
    if (options->error)
        snprintf(
            options->error->text, sizeof(options->error->text),
            "require_ocsp_staple and insecure_accept_any_certificate exclude each other");
    return -EINVAL;
}

int hob_tls_new(const hob_tls_options *options, hob_tls **tls)
{
    static const hob_tls_options defaults = {.ca_file = NULL};
    *tls = NULL;
    if (!options)
        options = &defaults;
    int err = check_options(options);
    if (err < 0)
        return err;
    struct context *self = calloc(1, sizeof(*self));
    if (!self)
        return -ENOMEM;
    self->base.functions = &client_stream_functions;
    self->users = 1;
    sessions_init(&self->sessions);
    ERR_clear_error();
    self->ctx = SSL_CTX_new(TLS_client_method());
    self->socket = socket_bio_method();
    err = self->ctx && self->socket ? 0 : -ENOMEM;
    if (err == 0) {
        set_up(self, options);
        err = load_trusted(self, options);
    }
    if (err == 0)
        err = load_own(self, options);
    ERR_clear_error();
    if (err < 0)
        context_release(self);
    else
        *tls = &self->base;
    return err;
}

void context_release(struct context *self)
{
    if (--self->users > 0)
        return;
    sessions_clear(&self->sessions);
    SSL_CTX_free(self->ctx);
    BIO_meth_free(self->socket);
    free(self);
}

void hob_tls_free(hob_tls *tls)
{
    if (tls)
        context_release((struct context *)tls);
}
