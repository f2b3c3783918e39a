/* A socket as OpenSSL reads and writes it (BIO), without SIGPIPE. */
#ifndef HOB_NET_TLS_SOCKET_BIO_H
#define HOB_NET_TLS_SOCKET_BIO_H

#include <openssl/bio.h>
#include <stdbool.h>
#include <stddef.h>

struct socket_bio {
    int fd;
    int err;    /* errno of the call that failed last, or 0 */
    bool ended; /* the peer's side of the socket has ended */
    bool more;  /* what is written now is followed by more at once: one segment may have both */
    bool end_is_reported; /* OpenSSL may ask whether the peer's side has ended (BIO_eof(3ssl)) */

    /*
     * While `holds`, output that the socket does not take is kept here until the next write, so
     * that a read never waits for output: OpenSSL replies to a key update while it reads, and the
     * reply has to arrive only before the next data (RFC 8446 section 4.6.3). A peer that asks for
     * more than fits, and reads nothing, has failed.
     */
    bool holds;
    unsigned char held_length;
    char held[128];
};

/* The functions of such a BIO, for BIO_new(3ssl). NULL when out of memory. */
BIO_METHOD *socket_bio_method(void);

/* A BIO over `socket`, which must live as long. NULL when out of memory. */
BIO *socket_bio_new(const BIO_METHOD *method, struct socket_bio *socket);

#endif
