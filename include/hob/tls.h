/*
 * hob/tls.h: TLS for connections of hob/net.h and for servers of hob/server.h, by OpenSSL. It is a
 * library of its own, hob::tls in CMake and hob-tls in pkg-config, so that only programs that use
 * it load OpenSSL.
 */
#ifndef HOB_TLS_H
#define HOB_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include "hob/net.h"

#ifdef __cplusplus
extern "C" {
#endif

/* All 0 is the default: the system's certificates are trusted, and none is shown. */
typedef struct {
    const char *ca_file;          /* PEM: trusted certificates, in place of those of the system */
    const char *certificate_file; /* PEM: this client's certificate, then its intermediate ones */
    const char *key_file;         /* PEM: its private key without a password; NULL: the same file */
    hob_error *error;             /* gets a text if hob_tls_new() fails; NULL if none is needed */

    /*
     * Refuses a server whose certificate may have been revoked: the server must send an OCSP
     * response (RFC 6066 section 8) by which it is not, and which is valid now. Few servers send
     * one by default, and sessions are not resumed then. The client asks no other server.
     */
    bool require_ocsp_staple;

    /*
     * Accepts every certificate, with any name. Every machine between client and server can then
     * read and change all data. For tests.
     */
    bool insecure_accept_any_certificate;
} hob_tls_options;

/*
 * Makes the settings and sessions that TLS connections of a client share, for
 * hob_connect_options.tls: TLS 1.2 or 1.3, with resumption of sessions. A server's certificate must
 * be trusted, valid and for the host's name (RFC 9525: among its subjectAltNames). Renegotiation is
 * declined. The certificates of the system are where OpenSSL looks for them: SSL_CERT_FILE and
 * SSL_CERT_DIR in the environment say otherwise.
 *
 * Reads files, which must be regular ones, so make it when the program starts. One is enough for a
 * thread; it must not be used by several. `options` may be NULL. Returns 0 and sets *tls, or sets
 * it to NULL and returns -ENOMEM, or -EINVAL if a file cannot be used: the error names it. Options
 * that exclude each other are -EINVAL as well.
 */
int hob_tls_new(const hob_tls_options *options, hob_tls **tls);

/* Frees the settings as soon as their last connection is closed. NULL is ignored. */
void hob_tls_free(hob_tls *tls);

/* A certificate of a server. */
typedef struct {
    const char *certificate_file; /* PEM: the certificate, then its intermediate ones */
    const char *key_file;         /* PEM: its private key without a password; NULL: the same file */
    const char *ocsp_file;        /* DER: an OCSP response, sent to clients; NULL: none */
} hob_tls_certificate;

/* All pointers must be valid as long as the result of hob_tls_server_new(). */
typedef struct {
    /*
     * A client gets the one for the name that it asks for (SNI): the first one with this name, or
     * else with a wildcard for it, or else the first of all. None: a self-signed certificate for
     * localhost, made in memory, for development.
     */
    const hob_tls_certificate *certificates;
    size_t certificate_count;   /* the number of certificates */
    const char *client_ca_file; /* PEM: clients need a certificate by one of these; NULL: none */
    hob_error *error; /* gets a text if hob_tls_server_new() fails; NULL if none is needed */
} hob_tls_server_options;

/*
 * Makes the certificates and settings of a server, for hob_server_options.tls: TLS 1.2 or 1.3, with
 * the ciphers of Mozilla's "intermediate" recommendations. Clients resume sessions by tickets,
 * whose keys change each hour; processes that are forked later have the same keys. Renegotiation,
 * compression and early data are refused.
 *
 * Reads files, which must be regular ones. Use it on one thread at a time. Returns 0 and sets *tls,
 * or sets it to NULL and returns -ENOMEM, or -EINVAL if a file cannot be used, or if a certificate
 * is expired or not valid yet, or the key is of another one: the error names the file.
 */
int hob_tls_server_new(const hob_tls_server_options *options, hob_tls_server **tls);

/*
 * Reads the files again. Connections that are accepted from now on use the new certificates; open
 * ones keep theirs. Call it on the thread of the server. Returns 0, or an error of
 * hob_tls_server_new(): then the old certificates stay in use, and `error`, which may be NULL,
 * names the file.
 */
int hob_tls_server_reload(hob_tls_server *tls, hob_error *error);

/*
 * Returns whether one of the files was changed or replaced since they were read last, even if they
 * could not be used then.
 */
bool hob_tls_server_has_changed(const hob_tls_server *tls);

/* Frees it as soon as its last connection is closed. NULL is ignored. */
void hob_tls_server_free(hob_tls_server *tls);

#ifdef __cplusplus
}
#endif

#endif
