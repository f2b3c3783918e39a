/*
 * Sessions of servers, for the next connection to the same server, which then needs no certificate.
 * See SSL_CTX_set_session_cache_mode(3ssl).
 */
#ifndef HOB_NET_TLS_SESSIONS_H
#define HOB_NET_TLS_SESSIONS_H

#include <openssl/ssl.h>
#include <stddef.h>

#include "runtime/list.h"

struct sessions {
    struct list all; /* the newest is the last */
    size_t count;
};

void sessions_init(struct sessions *self);
void sessions_clear(struct sessions *self);

/*
 * Keeps a session, which it owns from now on: in place of the key's session before, or beside a few
 * of TLS 1.3, of which the oldest goes.
 */
void sessions_put(struct sessions *self, const char *key, SSL_SESSION *session);

/*
 * The newest session of a key, or NULL; to be freed by the caller. One of TLS 1.3 is given out once
 * (RFC 8446 appendix C.4).
 */
SSL_SESSION *sessions_get(struct sessions *self, const char *key);

#endif
