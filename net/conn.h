/* A connection: a connected socket, and its TLS if it has any. */
#ifndef HOB_NET_CONN_H
#define HOB_NET_CONN_H

#include <stdint.h>

#include "hob/net.h"
#include "peer.h"
#include "tls/tls.h"

struct hob_conn {
    int fd;
    hob_watch *watch; /* of fd, once it has been waited for */
    union peer peer;
    struct tls_stream *tls; /* NULL: it is plain */
    char *early;            /* bytes that were read before conn_lend(), or NULL */
    size_t early_size;
    size_t early_read;  /* how many of them were read from here */
    uint64_t *received; /* counts bytes, unless NULL */
    uint64_t *sent;
    bool lent;           /* the socket and the TLS belong to another one: see conn_lend() */
    bool unwritable;     /* a write has failed, perhaps after a part of its bytes */
    int err;             /* of the last call that failed, or 0 */
    const char *failure; /* the action of that call: "reading from" */
    char name[];         /* of the peer, for messages */
};

/*
 * Makes a connection of a socket that is connected and non-blocking. It owns the socket from now
 * on. NULL when out of memory: then the socket is closed.
 */
hob_conn *conn_new(int fd, const union peer *peer, const char *name);

/*
 * Makes a connection of a socket that stays its owner's, as does its TLS, which may be NULL. The
 * caller frees it by conn_free(), and uses neither before. NULL when out of memory.
 */
hob_conn *conn_lend(int fd, const union peer *peer, struct tls_stream *tls);

/* Sets the bytes that the owner has read, which are copied. Returns 0 or -ENOMEM. */
int conn_set_early(hob_conn *conn, const char *data, size_t size);

/* Frees a lent connection. */
void conn_free(void *conn);

/*
 * Changes the name for messages. Returns the connection, which may have moved, or NULL when out of
 * memory: then it is as before. No coroutine may be in a call on it.
 */
hob_conn *conn_rename(hob_conn *conn, const char *name);

/* Begins TLS on a plain connection. Returns 0 or what hob_connect() returns for TLS. */
int conn_start_tls(hob_conn *conn, hob_tls *tls, const struct tls_peer *peer);

#endif
