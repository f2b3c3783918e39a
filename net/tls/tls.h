/*
 * The interface between connections and TLS, for clients and servers. libhob does not link OpenSSL:
 * a separate library does, which libhob calls only by these functions. It uses the public functions
 * of libhob, and these structs.
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

/* The most bytes of protocols for ALPN, each with its length. */
enum { ALPN_MAX = 255 };

/* The server to connect to. */
struct tls_peer {
    const char *address;     /* sessions with this address are resumed */
    const char *name;        /* that its certificate must have: a name or an IP address */
    const char *const *alpn; /* NULL, or ends with NULL; none is empty, and all fit in ALPN_MAX */
};

struct tls_functions {
    /* NULL for servers. Makes the client's side on a socket, which belongs to the caller. */
    int (*connect)(hob_tls *tls, int fd, const struct tls_peer *peer, struct tls_stream **stream);

    int (*handshake)(struct tls_stream *self, short *events);

    /* Returns how many bytes, at least 1, or 0 at the end. *events is always POLLIN. */
    int (*read)(struct tls_stream *self, void *data, size_t size, bool peek, short *events);

    /*
     * Returns how many of the bytes, at least 1, are written. `more` says that others follow at
     * once. *events is always POLLOUT; the next call must begin with the same bytes then.
     */
    int (*write)(struct tls_stream *self, const void *data, size_t size, bool more, short *events);

    /* Whether read() may return something although the socket has no input. */
    bool (*has_input)(const struct tls_stream *self);

    /* Sends that this side has ended. */
    int (*shutdown)(struct tls_stream *self, short *events);

    /* The protocol that ALPN has chosen, or NULL. */
    const char *(*protocol)(const struct tls_stream *self);

    /* The reason of -EPROTO or -EKEYREJECTED; NULL if there was no such error. */
    const char *(*reason)(const struct tls_stream *self);

    /* NULL for clients. Describes the connection after its handshake. */
    void (*describe)(const struct tls_stream *self, hob_tls_info *info);

    /* Frees it. A client sends first that its side has ended, if there is room. */
    void (*close)(struct tls_stream *self);
};

/* The certificates and settings of a server. */
struct hob_tls_server {
    /*
     * Makes the server's side on a socket, which belongs to the caller. `alpn` ends with NULL and
     * must live as long as the connection. Returns 0 or -ENOMEM.
     */
    int (*accept)(
        hob_tls_server *self, int fd, const char *const *alpn, struct tls_stream **stream);
};

#endif
