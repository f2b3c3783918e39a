/*
 * The interface between connections and TLS. libhob does not link OpenSSL: a separate library does,
 * which libhob calls only by these functions. It uses the public functions of libhob, and these
 * structs.
 *
 * None of the functions waits. -EAGAIN means that the caller has to wait for *events, POLLIN or
 * POLLOUT: any of them may have to read or write. Errors are negative errnos: -EPROTO if the peer
 * does not follow the protocol or sends an alert, -EKEYREJECTED if its certificate is refused.
 */
#ifndef HOB_NET_TLS_TLS_H
#define HOB_NET_TLS_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include "hob/net.h"

/* One connection's TLS. */
struct tls_stream {
    const struct tls_functions *functions;
};

/* Settings and sessions that several connections share. */
struct hob_tls {
    const struct tls_functions *functions;
};

/* The server to connect to. */
struct tls_peer {
    const char *address;     /* its sessions are resumed */
    const char *name;        /* that its certificate must have: a name or an IP address */
    const char *const *alpn; /* NULL, or ends with NULL */
};

struct tls_functions {
    /* Makes the client's side on a socket, which belongs to the caller. Returns 0 or an error. */
    int (*connect)(hob_tls *tls, int fd, const struct tls_peer *peer, struct tls_stream **stream);

    int (*handshake)(struct tls_stream *self, short *events);

    /* Returns how many bytes, at least 1, or 0 at the end. */
    int (*read)(struct tls_stream *self, void *data, size_t size, bool peek, short *events);

    /* Returns how many of the bytes, at least 1, are written. `more` are to follow at once. */
    int (*write)(struct tls_stream *self, const void *data, size_t size, bool more, short *events);

    /* Sends that this side has ended. */
    int (*shutdown)(struct tls_stream *self, short *events);

    /* The protocol that ALPN has chosen, or NULL. */
    const char *(*protocol)(const struct tls_stream *self);

    /* The reason of -EPROTO or -EKEYREJECTED; NULL if there was no such error. */
    const char *(*reason)(const struct tls_stream *self);

    /* Sends that this side has ended, if there is room, and frees it. */
    void (*close)(struct tls_stream *self);
};

#endif
