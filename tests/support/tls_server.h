/*
 * A TLS server in a thread of its own, which serves one connection after the other by a function of
 * the test.
 */
#ifndef HOB_TESTS_SUPPORT_TLS_SERVER_H
#define HOB_TESTS_SUPPORT_TLS_SERVER_H

#include <openssl/ssl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "hob/tls.h"
#include "tests/support/certificates.h"
#include "tests/support/listening.h"

struct tls_server {
    SSL_CTX *ctx; /* for the test to change before the first connection */
    struct listening listening;
    bool has_tunnels;        /* clients say CONNECT first, as to a proxy before the server */
    void (*serve)(SSL *ssl); /* after the handshake; blocks */
    char name[64];           /* that the last client has asked for (SNI) */
    atomic_int handshakes;   /* that have succeeded */
    atomic_int resumed;      /* ... with a session of before */
    pthread_t thread;
};

void tls_server_start(
    struct tls_server *self, const struct identity *identity, void (*serve)(SSL *ssl));
void tls_server_stop(struct tls_server *self);

/*
 * For all tests of a suite (.init and .fini): an authority, whose certificate is in the file ca.pem
 * of the test's folder, and a server's certificate by it, for good.test and 127.0.0.1.
 */
void tls_setup(void);
void tls_teardown(void);
const struct identity *tls_authority(void);
const struct identity *tls_good(void);

/* Writes that server's certificate and its key into the folder, and the paths of these files. */
#define TLS_PATH_SIZE 300
void tls_write_good(char certificate[static TLS_PATH_SIZE], char key[static TLS_PATH_SIZE]);

/* A client that trusts this authority. */
hob_tls *tls_client(void);

/* Functions to serve by. */

/* Sends back what comes, until the client ends. */
void serve_echo(SSL *ssl);

/* Answers each HTTP request, which must have no body, with "hello". */
void serve_hello(SSL *ssl);

/* ... with the head of the request. */
void serve_head(SSL *ssl);

#endif
