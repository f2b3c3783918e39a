/*
 * The keys of session tickets (RFC 5077, RFC 8446 section 4.6.1). A server keeps no sessions: it
 * gives them, encrypted, to its clients. All processes that were forked after tickets_init() have
 * the same keys at the same time, without asking each other, since each key is derived from the one
 * before.
 */
#ifndef HOB_NET_TLS_TICKETS_H
#define HOB_NET_TLS_TICKETS_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <time.h>

/* Seconds after which a key is replaced. Tickets by the key before it are accepted as long. */
enum { TICKET_PERIOD = 3600 };

struct ticket_key {
    unsigned char name[16]; /* which the tickets of the key contain */
    unsigned char cipher[32];
    unsigned char mac[32];
};

struct tickets {
    unsigned char secret[32];  /* of the current period; no earlier one can be derived from it */
    time_t begin;              /* of the current period */
    struct ticket_key keys[2]; /* the current one, and the one before it */
};

/* Makes the first secret. Returns whether there are random bytes for it. */
bool tickets_init(struct tickets *self, time_t now);

/* Replaces the keys if their period is over. */
void tickets_rotate(struct tickets *self, time_t now);

/* Results of a callback for SSL_CTX_set_tlsext_ticket_key_evp_cb(3ssl). */
enum {
    TICKET_HAS_FAILED = -1,
    TICKET_IS_UNKNOWN,
    TICKET_IS_CURRENT,
    TICKET_IS_TO_BE_RENEWED,
};

/*
 * For such a callback: prepares to encrypt a ticket and sets its name and iv, or to decrypt the
 * ticket with this name. Returns one of these results.
 */
int tickets_prepare(
    const struct tickets *self, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
    EVP_MAC_CTX *mac, bool encrypt);

#endif
