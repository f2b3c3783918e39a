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
# shellcheck source=findings/openssl.sh
source "$folder/openssl.sh"

cat >resume.c <<'END'
#include "shake.h"

static void resume(SSL_CTX *server, const char *name, long mode)
{
    SSL_CTX *first = SSL_CTX_new(TLS_client_method()), *second = SSL_CTX_new(TLS_client_method());
    bool resumed;
    SSL_CTX_set_session_cache_mode(first, mode);
    SSL_SESSION *session = shake(first, server, NULL, &resumed);
    SSL_CTX_free(first);
    SSL_SESSION_free(shake(second, server, session, &resumed));
    printf("%s %s\n", name, resumed ? "resumed" : "full handshake");
    SSL_SESSION_free(session);
    SSL_CTX_free(second);
}

int main(void)
{
    SSL_CTX *server = server_context();
    resume(server, "off", SSL_SESS_CACHE_OFF);
    resume(server, "client", SSL_SESS_CACHE_CLIENT);
    resume(server, "no-store", SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
    SSL_CTX_free(server);
    return 0;
}
END
compile resume
expect "no cache" "$(./resume | sed -n 's/^off //p')" "resumed"
expect "SSL_SESS_CACHE_CLIENT" "$(./resume | sed -n 's/^client //p')" "full handshake"
expect "... and NO_INTERNAL_STORE" "$(./resume | sed -n 's/^no-store //p')" "resumed"
