#!/usr/bin/env bash
# Surprise: a session that a client holds cannot be resumed when the SSL_CTX it came from was freed.
#
# Guess:    SSL_get1_session() returns a session with a reference of its own, so a client can keep it,
#           make a new SSL_CTX (because a file of certificates has changed, say), and resume it there.
#           SSL_SESS_CACHE_CLIENT, which SSL_CTX_sess_set_new_cb() needs, makes no difference to that.
# Package:  libssl-dev, libssl3 3.0.22-1~deb12u2 (Debian 12)
# Seen:     with SSL_SESS_CACHE_CLIENT, SSL_CTX_free() empties its cache and marks each session as not
#           resumable, those that others hold as well: a full handshake follows. Without it the session
#           is resumed. SSL_SESS_CACHE_NO_INTERNAL_STORE beside it helps.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
debian libssl-dev=3.0.22-1~deb12u2 libssl3=3.0.22-1~deb12u2

cat >resume.c <<'END'
#include <openssl/ssl.h>
#include <stdio.h>

/* Shakes hands, both sides in this process, and returns the client's session. */
static SSL_SESSION *shake(SSL_CTX *client_ctx, SSL_CTX *server_ctx, SSL_SESSION *before)
{
    char byte;
    BIO *one, *other;
    SSL *client = SSL_new(client_ctx), *server = SSL_new(server_ctx);
    BIO_new_bio_pair(&one, 0, &other, 0);
    SSL_set_bio(client, one, one);
    SSL_set_bio(server, other, other);
    SSL_set_connect_state(client);
    SSL_set_accept_state(server);
    if (before)
        SSL_set_session(client, before);
    for (int i = 0; i < 10; i++) {
        SSL_do_handshake(client);
        SSL_do_handshake(server);
    }
    SSL_write(server, "x", 1);
    SSL_read(client, &byte, 1); /* and the ticket of TLS 1.3 before it */
    if (before)
        printf("%s\n", SSL_session_reused(client) ? "resumed" : "full handshake");
    SSL_SESSION *session = SSL_get1_session(client);
    SSL_shutdown(client);
    SSL_free(client);
    SSL_free(server);
    return session;
}

static void resume(SSL_CTX *server, const char *name, long mode)
{
    SSL_CTX *first = SSL_CTX_new(TLS_client_method()), *second = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_session_cache_mode(first, mode);
    SSL_SESSION *session = shake(first, server, NULL);
    SSL_CTX_free(first);
    printf("%s ", name);
    SSL_SESSION_free(shake(second, server, session));
    SSL_SESSION_free(session);
    SSL_CTX_free(second);
}

int main(void)
{
    SSL_CTX *server = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate_file(server, "cert.pem", SSL_FILETYPE_PEM);
    SSL_CTX_use_PrivateKey_file(server, "key.pem", SSL_FILETYPE_PEM);
    resume(server, "off", SSL_SESS_CACHE_OFF);
    resume(server, "client", SSL_SESS_CACHE_CLIENT);
    resume(server, "no-store", SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
    SSL_CTX_free(server);
    return 0;
}
END
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -days 2 \
  -subj /CN=localhost 2>/dev/null
libraries=$(echo "$PWD"/root/usr/lib/*-linux-gnu)
gcc -I root/usr/include -I "$(echo root/usr/include/*-linux-gnu)" -o resume resume.c -L "$libraries" -lssl \
  -lcrypto
export LD_LIBRARY_PATH=$libraries
expect "no cache" "$(./resume | sed -n 's/^off //p')" "resumed"
expect "SSL_SESS_CACHE_CLIENT" "$(./resume | sed -n 's/^client //p')" "full handshake"
expect "... and NO_INTERNAL_STORE" "$(./resume | sed -n 's/^no-store //p')" "resumed"
