/*
 * hob/server.h: an HTTP/1.1 server that answers each request in a coroutine.
 *
 * A handler runs in the coroutine of its request, so it may await any future; meanwhile the thread
 * serves other requests. Call all functions on the thread that runs the server.
 */
#ifndef HOB_SERVER_H
#define HOB_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hob/address.h"
#include "hob/net.h"
#include "hob/request.h"
#include "hob/response.h"
#include "hob/runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Answers a request with one of the hob_reply functions. Returns >= 0, or a negative errno. If the
 * handler has not replied, the client gets an error reply for this errno: -EINVAL 400, -ENOENT 404,
 * -EMSGSIZE 413, -ETIMEDOUT 504; 503 with Retry-After for -ENOMEM, -EMFILE, -ENFILE and -EAGAIN (a
 * full queue); 502 for errors of another server (-ECONNREFUSED, -ECONNRESET, -EHOSTUNREACH,
 * -ENETUNREACH, -ENXIO, -EREMOTEIO, -EKEYREJECTED, -EPROTO, -EOVERFLOW and -ELOOP, see
 * hob/client.h); 500 for all others. -ECANCELED gets no reply: the client has left or the server
 * stops.
 *
 * When the client leaves while a handler waits, the handler's awaits return -ECANCELED, unless it
 * called hob_request_finish_anyway(). A client that closes only its sending side has left, too.
 */
typedef int hob_handler(hob_request *req, hob_response *res);

/*
 * Replies to a request that ends in an error, for example with a page in the style of the site.
 * Called for each reply of hob_reply_error(), and so for replies of the router and of the server
 * itself: 404, 405, errors of handlers, requests that break a rule. The detail is NULL, or a phrase
 * in English. Of a request that breaks a rule, the received part of the head can be read. The
 * function must not wait. If it does not reply, the client gets the default reply of
 * hob_reply_error().
 */
typedef int hob_error_page(hob_request *req, hob_response *res, int status, const char *detail);

/*
 * The result of a request. Requests that never reached the handler have a status too: invalid ones,
 * those that were too large or too slow, and those above the limit of connections.
 */
typedef struct {
    /*
     * The received part of its head can still be read by the functions below that return strings,
     * which return NULL for strings that were not received.
     */
    hob_request *req;
    int status; /* of the response; 0 if there was none: the client left, or the server stopped */
    uint64_t sent;  /* bytes of content that were sent, or are in the output buffer */
    double began;   /* when its first bytes were read, on the clock of hob_now() */
    double seconds; /* from then until the response was complete, or was abandoned */
} hob_exchange;

/*
 * Called with each request when its response is complete, for logs and statistics, and with the
 * context of hob_server_observe(). Called once for each request, in their order on a connection, on
 * the server's thread; it must not wait, nor keep the pointers. It is not called for clients that
 * never sent anything, and for those that got no descriptor.
 */
typedef void hob_observer(void *context, const hob_exchange *exchange);

/* HTTP/2 for hob_server_options.http2: see hob/http2.h. */
typedef struct hob_http2_framing hob_http2_framing;

/* The options of a server. Only the handler is required; 0 is the default of all others. */
typedef struct {
    hob_handler *handler;     /* answers every request */
    void *context;            /* for the handlers: see hob_request_context() */
    const hob_router *router; /* for hob_router_handle(), if that is the handler */

    hob_error_page *error_page; /* NULL is a line of text, such as "404 Not Found" */
    bool request_ids;           /* every response has the id of its request: see hob_request_id() */

    const hob_http2_framing *http2; /* hob_http2() of hob/http2.h; NULL is HTTP/1.1 alone */

    /*
     * Limits of a client. 0 is the default; INFINITY means no limit of a time. A client that is too
     * slow gets status 408 if it has begun to send a request, and no response otherwise. If a
     * handler has not replied 1 second after its time, because it waits for an operation that
     * cannot be cancelled, such as a job of hob_offload(), it continues, but its client gets status
     * 504 and the connection is closed.
     */
    double head_timeout;    /* seconds from connect, or the first byte, to the end of a head (10) */
    double body_timeout;    /* ... for each read of a body (15) */
    double handler_timeout; /* ... until the handler has replied; its awaits end then (30) */
    double write_timeout;   /* ... until the client has received some of the response (20) */
    double idle_timeout;    /* ... between two requests (75) */
    double linger_timeout;  /* ... for the client to stop sending after the last response (2) */
    size_t target_limit;    /* bytes of a request's target; more is status 414 (8 KiB) */
    size_t head_limit;      /* bytes of request line and headers; more is status 431 (16 KiB) */
    size_t header_limit;    /* headers; more are status 431 (100) */
    size_t body_limit;      /* bytes of a body; more is status 413 (1 MiB) */
    size_t pipeline_limit;  /* bytes of later requests that wait while one is answered (64 KiB) */

    /*
     * The size of a handler's stack in bytes (default 128 KiB), of which the server uses 4 KiB. The
     * sizes are those of hob_async_sized(). A route may have a larger one: see hob_route.
     */
    size_t stack;

    const int *sockets;  /* listening sockets: see hob_listen() in hob/address.h */
    size_t socket_count; /* 0 opens one on a free port of 127.0.0.1 */
    /*
     * The files of unix sockets among them, one entry for each socket: a server that stops removes
     * only these. NULL means the files at their paths when the server is opened. See
     * hob_socket_file_of() in hob/address.h.
     */
    const hob_socket_file *socket_files;
    /*
     * The TLS of each socket, one entry for each, see hob_tls_server_new() in hob/tls.h: NULL for
     * a socket without TLS. NULL means that none has TLS. Handshakes have the head_timeout. Clients
     * that send HTTP to a socket with TLS get status 400. They must live as long as the server.
     */
    hob_tls_server *const *tls;
    /*
     * Another process, such as systemd, has the sockets too and keeps them open: when the server
     * stops, it does not accept clients from their queues, nor remove the files of unix sockets.
     */
    bool shared;

    /*
     * Names that hob_refuse_cross_site() of hob/cross_site.h accepts as Host on a server that
     * listens only on loopback addresses, such as those of the sites of a proxy on the same
     * machine: without a port, IPv6 addresses in brackets. They must live as long as the server.
     */
    const char *const *allowed_hosts;
    size_t allowed_host_count; /* the number of names in allowed_hosts */

    /*
     * The peers whose X-Forwarded-For and Forwarded count, such as proxies of one's own: see
     * hob/forwarded.h. They must live as long as the server. None by default.
     */
    const hob_network *trusted_proxies;
    size_t trusted_proxy_count; /* the number of networks in trusted_proxies */

    /*
     * Each connection begins with the header of the PROXY protocol, version 1 or 2, of which the
     * server takes the address that hob_request_peer() returns
     * (haproxy.org/download/3.0/doc/proxy-protocol.txt). It closes connections that do not, or
     * whose header is not there within head_timeout, and all that are not from trusted_proxies,
     * without which hob_server_open() fails. If the header names no address, as that of a health
     * check does, the peer stays the proxy.
     */
    bool proxy_protocol;

    /*
     * The maximum number of clients at the same time, idle ones included (default 16,384). At most
     * three quarters of RLIMIT_NOFILE less 16, since handlers need descriptors as well. Each
     * descriptor of hob_request_reserve_descriptor(), such as that of a file that hob_files()
     * sends, counts as a client. The server accepts a few more to send them 503 and Retry-After;
     * others wait in the accept queue.
     */
    size_t connection_limit;

    /*
     * The number of clients that are accepted in a row before requests are served (default 64).
     * When several processes accept from the same sockets, 1 gives each of them its share.
     */
    size_t accept_batch;

    /*
     * From hob_server_open() to hob_server_close(), SIGINT and SIGTERM stop the server. A second
     * one ends the process at once with status 128 + its number. If cancelled handlers have not
     * ended 3 seconds after the drain_delay and the grace, the process ends with EXIT_FAILURE: one
     * may block the thread, or wait for a job of hob_offload() that does not end.
     */
    bool handle_signals;
    /*
     * Seconds for which a stopping server still serves as before, new clients too, until load
     * balancers have noticed that it stops (see hob_server_is_stopping()). hob_server_leave() has
     * no delay.
     */
    double drain_delay;
    /*
     * Time limit in seconds for requests in progress when the server stops: 0 is the default (30),
     * and a negative number is none.
     */
    double grace;
    /*
     * Seconds without a request after which a stopping server closes a connection: 0 is the default
     * (1), and a negative number is none. With a shorter time more clients may lose a request that
     * they are sending. At most the grace.
     */
    double idle_grace;
} hob_server_options;

/*
 * Makes a server. The sockets belong to it from now on: hob_server_close() closes them. The options
 * are copied, except for the target of `context`. If the server handles signals, a signal before it
 * runs stops it when it does.
 *
 * Returns 0 and sets *server, -ENOMEM, -EINVAL if there is no handler, or proxy_protocol without
 * trusted_proxies, -EBUSY if it handles signals and so does a server of another thread, -ERANGE if
 * a time-out is negative, a time is not a number or the stack is larger than HOB_STACK_MAX, an
 * error of hob_socket_url() if a socket does not listen, or an error of hob_listen() if there is no
 * socket. After an error the sockets still belong to the caller.
 */
int hob_server_open(const hob_server_options *options, hob_server **server);

/*
 * Adds an observer, which is called with this context for each request. The context must live until
 * the server is closed. Several observers are called in the order in which they were added. An
 * observer must not call this. Returns 0 or -ENOMEM.
 */
int hob_server_observe(hob_server *server, hob_observer *observer, void *context);

/* Returns the URL of the first socket, such as "https://127.0.0.1:8443/". Belongs to the server. */
const char *hob_server_url(const hob_server *server);

/* Returns whether a socket is neither a unix socket nor on a loopback address. */
bool hob_server_is_exposed(const hob_server *server);

/* Returns hob_server_options.allowed_hosts, and sets *count to allowed_host_count. */
const char *const *hob_server_allowed_hosts(const hob_server *server, size_t *count);

/* Returns hob_server_options.trusted_proxies, and sets *count to trusted_proxy_count. */
const hob_network *hob_server_trusted_proxies(const hob_server *server, size_t *count);

/* Returns whether an address is in hob_server_options.trusted_proxies. */
bool hob_server_trusts(const hob_server *server, const hob_address *address);

/*
 * Serves until hob_server_stop(), or until a signal if the server handles signals. Then it removes
 * the files of its unix sockets, accepts the clients that are still in the queues, closes the
 * sockets, and lets handlers in progress finish within the grace. It cancels those that have not,
 * and returns 0. It also answers requests that arrive meanwhile on open connections: the response
 * to the last pipelined one has "Connection: close".
 *
 * In a coroutine, it runs on the loop of that coroutine, and returns -ECANCELED if the coroutine is
 * cancelled; requests in progress are then cancelled. Elsewhere, such as in main(), it runs its own
 * loop on this thread, and returns the errors of hob_block_on().
 */
int hob_server_run(hob_server *server);

/*
 * The same in a new coroutine, for programs that do more than serve. Returns a future with the
 * result of hob_server_run(), which belongs to the calling coroutine. NULL when out of memory.
 *
 *     hob_future *server = hob_server_start(self->server);
 *     hob_start(count_visitors, self);
 *     return hob_await(server);
 */
hob_future *hob_server_start(hob_server *server);

/* Stops the server as described for hob_server_run(). May be called from a handler. */
void hob_server_stop(hob_server *server);

/*
 * Returns whether the server is stopping, after hob_server_stop() or a signal. It still accepts and
 * serves until the drain_delay is over.
 */
bool hob_server_is_stopping(const hob_server *server);

/*
 * Returns a future that is ready with 0 when the server is stopping and the drain_delay is over, so
 * that endless work, such as a stream, can end. It must not outlive the server. NULL when out of
 * memory.
 *
 *     hob_future *stopping = hob_server_until_stopping(hob_request_server(req));
 *     hob_race(stopping, hob_async(wait_for_news, feed));
 */
hob_future *hob_server_until_stopping(hob_server *server);

/*
 * Stops the server like hob_server_stop(), but leaves its listening sockets to another process that
 * has them too, as if they were `shared`, and without the drain_delay. Clients in the accept queue
 * stay there. Does nothing if the server is stopping already.
 */
void hob_server_leave(hob_server *server);

/* Closes the sockets and frees the server, which must not be running. NULL is ignored. */
void hob_server_close(hob_server *server);

/*
 * Counters of a server.
 */

/* The reasons for refusing a client or request, with the response. */
typedef enum {
    HOB_REJECT_CONNECTION_LIMIT, /* 503: connection_limit is reached */
    HOB_REJECT_DESCRIPTORS,      /* 503: no descriptor is left for the connection or a file */
    HOB_REJECT_MEMORY,           /* closed: out of memory */
    HOB_REJECT_PROXY_HEADER,     /* closed: see hob_server_options.proxy_protocol */
    HOB_REJECT_MALFORMED,        /* 400: the request breaks a rule of HTTP */
    HOB_REJECT_UNSUPPORTED,      /* 417, 501, 505: the server does not support it */
    HOB_REJECT_TARGET_LIMIT,     /* 414 */
    HOB_REJECT_HEAD_LIMIT,       /* 431 */
    HOB_REJECT_HEADER_LIMIT,     /* 431 */
    HOB_REJECT_BODY_LIMIT,       /* 413, if the handler returns the error */
    HOB_REJECT_HEAD_TIMEOUT,     /* 408, or closed if it has sent nothing */
    HOB_REJECT_BODY_TIMEOUT,     /* 408, if the handler returns the error */
    HOB_REJECT_HANDLER_TIMEOUT,  /* 504 */
    HOB_REJECT_WRITE_TIMEOUT,    /* reset */
    HOB_REJECT_RAPID_RESET,      /* closed: an HTTP/2 client resets too many streams */
    HOB_REJECT_FLOOD,            /* closed: it sends too many frames to no purpose */
    HOB_REJECT_HANDSHAKE,        /* closed, or 400 without TLS: the handshake has failed */
} hob_reject;
#define HOB_REJECT_COUNT 17

/* Returns the name of a reason, such as "connection_limit". */
const char *hob_reject_name(hob_reject reason);

/* The counts of a server since it was opened, and its present state. */
typedef struct {
    uint64_t accepted;                  /* connections */
    size_t connections;                 /* open ones, idle ones included */
    size_t serving;                     /* requests in progress */
    uint64_t received;                  /* bytes, with heads and framing */
    uint64_t sent;                      /* the same */
    uint64_t rejects[HOB_REJECT_COUNT]; /* by hob_reject */
} hob_server_counts;

/* Copies the counts. The server need not run. */
void hob_server_count(const hob_server *server, hob_server_counts *counts);

/*
 * Called with the stack that a handler and the server have used for a request, `used` of `size`
 * bytes, in whole pages, and with the context of hob_server_measure_stack(). The route is NULL if
 * there is none. Must not wait.
 */
typedef void hob_stack_observer(void *context, const char *route, size_t used, size_t size);

/*
 * Measures the stack of the next request whose handler is called, which takes some microseconds,
 * and calls done(context, ...) after the handler. If the route has its own stack, the fuller one of
 * the two counts. done is not called if no request arrives, or if the kernel does not report used
 * pages, as with locked memory. The context must live until then, or until the server is closed.
 */
void hob_server_measure_stack(hob_server *server, hob_stack_observer *done, void *context);

#ifdef __cplusplus
}
#endif

#endif
