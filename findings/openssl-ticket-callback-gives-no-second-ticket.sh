#!/usr/bin/env bash
# Surprise: a server with ticket keys of its own sends no new ticket on a resumed connection.
#
# Guess:    1 from the callback of SSL_CTX_set_tlsext_ticket_key_evp_cb() means that the ticket is good,
#           and 2 that its key is old. A resumed connection of TLS 1.3 gets a new ticket in both cases, as
#           it does with OpenSSL's own keys, since clients use each ticket once.
# Package:  libssl-dev, libssl3 3.0.22-1~deb12u2 (Debian 12)
# Seen:     with 1 a resumed connection gets no ticket: a client that uses tickets once makes every second
#           connection a full handshake. With 2, and with OpenSSL's own keys, it gets one.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=findings/openssl.sh
source "$folder/openssl.sh"

cat >tickets.c <<'C'
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <string.h>

#include "shake.h"

static int good; /* what the callback returns for a ticket of its key */
static int tickets;

static int ticket_key(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
                      EVP_MAC_CTX *mac, int is_new)
{
    static unsigned char key[32] = "a key of the test";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key, sizeof(key)),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, "SHA256", 0),
        OSSL_PARAM_construct_end(),
    };
    (void)ssl;
    memset(name, 'k', 16);
    if (is_new)
        memset(iv, 'i', 16);
    EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), NULL, key, iv, is_new);
    EVP_MAC_CTX_set_params(mac, params);
    return is_new ? 1 : good;
}

static int count_ticket(SSL *ssl, SSL_SESSION *session)
{
    (void)ssl, (void)session;
    tickets++;
    return 0;
}

static void resume(const char *name, int result)
{
    SSL_CTX *server = server_context(), *client = SSL_CTX_new(TLS_client_method());
    bool resumed;
    SSL_CTX_set_num_tickets(server, 1);
    if (result)
        SSL_CTX_set_tlsext_ticket_key_evp_cb(server, ticket_key);
    SSL_CTX_set_session_cache_mode(
        client, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
    SSL_CTX_sess_set_new_cb(client, count_ticket);
    good = result;
    SSL_SESSION *session = shake(client, server, NULL, &resumed);
    tickets = 0;
    SSL_SESSION_free(shake(client, server, session, &resumed));
    printf("%s: %s, %d new\n", name, resumed ? "resumed" : "full handshake", tickets);
    SSL_SESSION_free(session);
    SSL_CTX_free(client);
    SSL_CTX_free(server);
}

int main(void)
{
    resume("own keys of OpenSSL", 0);
    resume("1", 1);
    resume("2", 2);
    return 0;
}
C
compile tickets
expect "without a callback" "$(./tickets | sed -n 's/^own keys of OpenSSL: //p')" "resumed, 1 new"
expect "the callback returns 1" "$(./tickets | sed -n 's/^1: //p')" "resumed, 0 new"
expect "the callback returns 2" "$(./tickets | sed -n 's/^2: //p')" "resumed, 1 new"
