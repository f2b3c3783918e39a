/*
 * hob/net.h: connections to other programs, as streams of bytes that await.
 *
 * A connection belongs to a loop, not to a coroutine: it may be made in one coroutine and used in
 * another of the same loop, and stays open until hob_conn_close(). One coroutine may read from it
 * while another one writes. All calls that wait end with -ECANCELED or -ETIMEDOUT when the calling
 * coroutine is cancelled or its deadline passes, as every await. No call raises SIGPIPE.
 */
#ifndef HOB_NET_H
#define HOB_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/uio.h>

#include "hob/address.h"
#include "hob/runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What was being done, with which peer, and what failed. Empty if nothing did. */
typedef struct {
    char text[512]; /* such as "connecting to example.com:443: Connection refused" */
} hob_error;

/* A connection: TCP or a unix socket. */
typedef struct hob_conn hob_conn;

/* All 0 is the default. */
typedef struct {
    double timeout;   /* seconds for all that hob_connect() does; 0 is 10 */
    hob_error *error; /* gets a text if hob_connect() fails; NULL if the caller needs none */
} hob_connect_options;

/*
 * Connects to "host:port", "192.0.2.1:80", "[2001:db8::1]:80" or "unix:/path". A name is looked up;
 * its addresses are tried 250 ms apart, IPv6 and IPv4 in turn, and the first that connects is used
 * (Happy Eyeballs, RFC 8305). `options` may be NULL.
 *
 * Returns 0 and sets *conn, or returns a negative errno and sets *conn to NULL: -EINVAL if the
 * address is none of these, -ENXIO if the name has no address, -EREMOTEIO if no name server gave an
 * answer, -ETIMEDOUT after the time-out, or what connect(2) has failed with for the first address.
 */
int hob_connect(const char *address, const hob_connect_options *options, hob_conn **conn);

/*
 * Waits for the next client of a listening socket (hob_listen()). Returns 0 and sets *conn, or
 * returns a negative errno of accept(2): -EMFILE and -ENFILE come at once and again and again as
 * long as there is no descriptor, so a loop must sleep after them.
 */
int hob_accept(int listener, hob_conn **conn);

/*
 * Waits until there is something to read, and reads up to `size` bytes. Returns how many, 0 at the
 * end, or a negative errno of recv(2).
 */
int hob_conn_read(hob_conn *conn, void *data, size_t size);

/*
 * Writes all of the bytes, and waits whenever there is no room. Returns 0 or a negative errno of
 * send(2): -EPIPE or -ECONNRESET if the peer has gone. With an error some of the bytes may have
 * been written.
 */
int hob_conn_write(hob_conn *conn, const void *data, size_t size);

/* The same for `count` parts, in one system call if there is room. The parts are not changed. */
int hob_conn_writev(hob_conn *conn, const struct iovec *parts, size_t count);

/*
 * Ends this side: the peer reads the end after what was written, and may go on to write. Returns 0
 * or a negative errno.
 */
int hob_conn_shutdown(hob_conn *conn);

/*
 * Closes the connection. Does not wait; may be called in a cancelled coroutine and in clean-ups,
 * but not while another coroutine is in a call on it. NULL is ignored.
 */
void hob_conn_close(hob_conn *conn);

/*
 * Whether hob_conn_read() would return without a wait: there is input, the peer has ended or the
 * connection has failed. A connection that is idle between two requests must not be used again
 * then.
 */
bool hob_conn_is_readable(hob_conn *conn);

/*
 * Writes the address of the peer, such as "192.0.2.1:80", "[2001:db8::1]:80" or "unix:". Returns 0,
 * or -ENOSPC if `size` is too small; HOB_PEER_SIZE is enough.
 */
int hob_conn_peer(const hob_conn *conn, char *text, size_t size);

/* The descriptor, for setsockopt(2) and the like. It stays the connection's. */
int hob_conn_fd(const hob_conn *conn);

/*
 * Writes what the last call on this connection that failed was doing, such as "reading from
 * example.com:80: Connection reset by peer". Empty if none has failed.
 */
void hob_conn_error(const hob_conn *conn, hob_error *error);

#ifdef __cplusplus
}
#endif

#endif
