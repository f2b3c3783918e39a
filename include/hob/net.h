/*
 * hob/net.h: connections to other programs, as streams of bytes that await.
 *
 * A connection belongs to a loop, not to a coroutine: it may be made in one coroutine and used in
 * another of the same loop, and stays open until hob_conn_close(), which must come before the end
 * of the loop. One coroutine may read from it while another one writes. All calls that wait end
 * with -ECANCELED or -ETIMEDOUT when the calling coroutine is cancelled or its deadline passes, as
 * every await. No call raises SIGPIPE.
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

/* The description of a failed call. Empty if no call failed. */
typedef struct {
    char text[512]; /* such as "connecting to example.com:443: Connection refused" */
} hob_error;

/*
 * Names. They are looked up by c-ares, without a thread: first in /etc/hosts, then at the name
 * servers and with the search domains of /etc/resolv.conf (see resolv.conf(5), also for its
 * environment variables). A build without c-ares calls getaddrinfo(3) on a thread of hob_offload().
 */

/* Looks up names, and keeps their addresses as long as the name servers allow it. */
typedef struct hob_resolver hob_resolver;

/* All 0 is the default. */
typedef struct {
    const char *servers; /* "192.0.2.1,[2001:db8::1]:5353"; NULL: those of /etc/resolv.conf */
    double timeout;      /* seconds until a server is asked again, then twice that; 0 is 2 */
    unsigned tries;      /* how often each server is asked; 0 is 3 */
    size_t names;        /* kept at most; 0 is 256. A look-up compares them one by one */
} hob_resolver_options;

/*
 * Makes a resolver for the loop of this coroutine. One is enough for all coroutines of the loop;
 * hob_connect() and hob_lookup() have one of their own if they are given none. Names are kept for
 * their TTL, but between a second and an hour, and for 5 seconds if they have no address. Above the
 * maximum, a new name replaces the one that was not used for the longest time.
 *
 * Returns 0 and sets *resolver, or sets it to NULL and returns -ENOMEM, -EINVAL if `servers` is not
 * a list of addresses or `timeout` is negative or above an hour, or -ENOTSUP if hob was built
 * without c-ares and `servers` is not NULL. The log says which option is wrong.
 */
int hob_resolver_new(const hob_resolver_options *options, hob_resolver **resolver);

/* Frees a resolver that no coroutine uses. NULL is ignored. */
void hob_resolver_free(hob_resolver *resolver);

/* The most addresses that a look-up returns; further ones are left out. */
enum { HOB_LOOKUP_MAX = 16 };

/*
 * Looks up the addresses of a host, with port 0: those of IPv6 first, and each family in the order
 * in which to try them (RFC 6724). A build without c-ares keeps the order of getaddrinfo(3). The
 * text of an address, such as "192.0.2.7" or "2001:db8::7", is its own answer. Coroutines that look
 * up the same name at the same time share the queries. A name server that does not answer about
 * IPv6 delays the answer by 0.3 s. `resolver` may be NULL, and so may `error`.
 *
 * Returns how many addresses there are, at least 1, or a negative errno: -ENXIO if the name has no
 * address, -EREMOTEIO if no name server has given an answer, -EINVAL if it is no name of a host,
 * -ENOMEM, -ECANCELED or -ETIMEDOUT.
 */
int hob_lookup(
    hob_resolver *resolver, const char *host, hob_address addresses[HOB_LOOKUP_MAX],
    hob_error *error);

/* A connection: TCP or a unix socket, plain or with TLS. */
typedef struct hob_conn hob_conn;

/* The settings and sessions that TLS connections share: see hob/tls.h. */
typedef struct hob_tls hob_tls;

/* The certificates and settings of a server's TLS: see hob/tls.h. */
typedef struct hob_tls_server hob_tls_server;

/* The TLS of a client's connection: see hob_request_tls() in hob/request.h. */
typedef struct {
    const char *version;     /* "TLSv1.3" or "TLSv1.2" */
    const char *cipher;      /* such as "TLS_AES_256_GCM_SHA384" */
    const char *server_name; /* that the client has asked for (SNI, RFC 6066); NULL: none */
    const char *client;      /* subject of its certificate (RFC 4514), as "CN=ann"; NULL: none */
} hob_tls_info;

/* All 0 is the default. */
typedef struct {
    double timeout;          /* seconds for all that hob_connect() does; 0 is 10 */
    hob_error *error;        /* describes the failure of hob_connect(); NULL if not needed */
    hob_resolver *resolver;  /* for names; NULL: one of the loop's own */
    hob_tls *tls;            /* NULL: no TLS */
    const char *server_name; /* that the certificate must have; NULL: the host of the address */
    const char *const *alpn; /* protocols to offer, the best first, NULL at the end; NULL: none */
} hob_connect_options;

/*
 * Connects to "host:port", "192.0.2.1:80", "[2001:db8::1]:80" or "unix:/path". A name is looked up
 * in both families at the same time. Its addresses are tried 250 ms apart, IPv6 and IPv4 in turn,
 * and the first that connects is used. IPv6 addresses are tried at once, and IPv4 addresses wait up
 * to 50 ms for them (Happy Eyeballs v2, RFC 8305). `options` may be NULL.
 *
 * Returns 0 and sets *conn, or returns a negative errno and sets *conn to NULL: -EINVAL if the
 * address is none of these or the time-out is negative, what hob_lookup() returns for a name,
 * -ETIMEDOUT after the time-out, or what connect(2) has failed with for the address that was tried
 * first. With TLS also -EKEYREJECTED
 * if the server's certificate is refused, -EPROTO if TLS fails otherwise, and -EINVAL if `alpn` has
 * an empty name or is too long, or there is no server name for a unix socket.
 */
int hob_connect(const char *address, const hob_connect_options *options, hob_conn **conn);

/*
 * Waits for the next client of a listening socket (hob_listen()). Returns 0 and sets *conn, or
 * returns a negative errno of accept(2). As long as there is no descriptor, each call returns
 * -EMFILE or -ENFILE without a wait, so a loop must sleep after them.
 */
int hob_accept(int listener, hob_conn **conn);

/*
 * Waits until there is something to read, and reads up to `size` bytes. Returns how many, 0 at the
 * end, or a negative errno of recv(2).
 */
int hob_conn_read(hob_conn *conn, void *data, size_t size);

/*
 * The same without a wait: returns -EAGAIN if there is nothing to read. May also be called by a
 * cancelled coroutine, and never returns -ECANCELED or -ETIMEDOUT because of that.
 */
int hob_conn_try_read(hob_conn *conn, void *data, size_t size);

/*
 * Returns a future to wait for a connection and for another event, with hob_race(). It is ready
 * with 0 when hob_conn_try_read() may return something else than -EAGAIN. Reads nothing itself.
 * NULL when out of memory. The connection must stay open until the future was consumed.
 */
hob_future *hob_conn_readable(hob_conn *conn);

/*
 * Writes all of the bytes, and waits whenever there is no room. Returns 0 or a negative errno of
 * send(2): -EPIPE or -ECONNRESET if the peer has gone. With an error some of the bytes may have
 * been written.
 */
int hob_conn_write(hob_conn *conn, const void *data, size_t size);

/* The same for `count` parts, in one system call if there is room. The parts are not changed. */
int hob_conn_writev(hob_conn *conn, const struct iovec *parts, size_t count);

/*
 * Ends the output: the peer reads the end of the stream after the written bytes, and may still
 * write. Returns 0 or a negative errno.
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

/* The protocol that was chosen by ALPN (RFC 7301), such as "h2"; NULL if none was. */
const char *hob_conn_protocol(const hob_conn *conn);

/* The descriptor, for setsockopt(2) and the like. It stays the connection's. */
int hob_conn_fd(const hob_conn *conn);

/*
 * Writes the description of the last failed call on this connection, such as "reading from
 * example.com:80: Connection reset by peer". It is empty if none has failed.
 */
void hob_conn_error(const hob_conn *conn, hob_error *error);

#ifdef __cplusplus
}
#endif

#endif
