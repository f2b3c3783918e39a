/*
 * A client of a server with TLS, by OpenSSL itself: for what a test has to see or to break below
 * HTTP.
 *
 *     struct secure_client client = secure_client_of(&server);
 *     SSL_set_tlsext_host_name(client.ssl, "a.test");
 *     cr_assert(secure_handshake(&client));
 */
#ifndef HOB_TESTS_SUPPORT_SECURE_CLIENT_H
#define HOB_TESTS_SUPPORT_SECURE_CLIENT_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>

#include "tests/support/raw_client.h"

struct secure_client {
    struct raw_client raw; /* the connection below TLS */
    SSL_CTX *ctx;
    SSL *ssl;
    char input[64 * 1024]; /* received by the last call; ended by NUL */
    size_t length;
};

/* Connects the socket. It accepts every certificate. */
struct secure_client secure_client_of(const struct server *server);
void secure_close(struct secure_client *self);

bool secure_handshake(struct secure_client *self);

void secure_send(struct secure_client *self, const char *text);

/* Receives until this text has come, or the server has ended. Returns whether it has come. */
bool secure_receive(struct secure_client *self, const char *text);

/* GET /ping. Returns whether the answer is good. */
bool secure_ping(struct secure_client *self);

/* Whether the server ends TLS in good order, and sends nothing more before. */
bool secure_ended(struct secure_client *self);

/* A client with the session of this one, which has received something and is closed. */
struct secure_client secure_resume(struct secure_client *before, const struct server *server);

/* The common name of the server's certificate. Valid until the next call. */
const char *secure_peer(const struct secure_client *self);

#endif
