/*
 * hob/server.h: an HTTP/1.1 server that answers each request in a coroutine.
 *
 * A handler runs in the coroutine of its request, so it may await any future; meanwhile the thread
 * serves other requests. Call all functions on the thread that runs the server, and those of a
 * request or response only until its handler has returned.
 */
#ifndef HOB_SERVER_H
#define HOB_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hob/address.h"
#include "hob/http.h"
#include "hob/runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hob_server hob_server;     /* accepts clients and serves their requests */
typedef struct hob_request hob_request;   /* the request of a client; belongs to the server */
typedef struct hob_response hob_response; /* its response; belongs to the server */
typedef struct hob_router hob_router;     /* finds handlers: see hob/router.h */

/*
 * Answers a request with one of the hob_reply functions. Returns >= 0, or a negative errno. If the
 * handler has not replied, the client gets an error reply for this errno: -EINVAL 400, -ENOENT 404,
 * -EMSGSIZE 413, -ETIMEDOUT 504; 503 with Retry-After for -ENOMEM, -EMFILE, -ENFILE and -EAGAIN (a
 * full queue); 502 for errors of another server (-ECONNREFUSED, -ECONNRESET, -EHOSTUNREACH,
 * -ENETUNREACH, -ENXIO, -EREMOTEIO, -EPROTO, -EOVERFLOW and -ELOOP, see hob/client.h); 500 for all
 * others. -ECANCELED gets no reply: the client has left or the server stops.
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
 * Called with each request when its response is complete, for logs and statistics: see
 * hob_server_observe(). Called once for each request, in their order on a connection, on the
 * server's thread; it must not wait, nor keep the pointers. It is not called for clients that never
 * sent anything, and for those that got no descriptor.
 */
typedef void hob_observer(void *context, const hob_exchange *exchange);

/* The options of a server. Only the handler is required; 0 is the default of all others. */
typedef struct {
    hob_handler *handler;     /* answers every request */
    void *context;            /* for the handlers: see hob_request_context() */
    const hob_router *router; /* for hob_router_handle(), if that is the handler */

    hob_error_page *error_page; /* NULL is a line of text, such as "404 Not Found" */
    bool request_ids;           /* every response has the id of its request: see hob_request_id() */

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
 * Returns 0 and sets *server, -ENOMEM, -EINVAL if there is no handler, -EBUSY if it handles signals
 * and so does a server of another thread, -ERANGE if a time-out is negative, a time is not a number
 * or the stack is larger than HOB_STACK_MAX, an error of hob_socket_url() if a socket does not
 * listen, or an error of hob_listen() if there is no socket. After an error the sockets still
 * belong to the caller.
 */
int hob_server_open(const hob_server_options *options, hob_server **server);

/*
 * Adds an observer, which gets each request with this context. Several are called in the order in
 * which they were added. An observer must not call this. Returns 0 or -ENOMEM.
 */
int hob_server_observe(hob_server *server, hob_observer *observer, void *context);

/* Returns the URL of the first socket, such as "http://127.0.0.1:8080/". Belongs to the server. */
const char *hob_server_url(const hob_server *server);

/* Returns whether a socket is neither a unix socket nor on a loopback address. */
bool hob_server_is_exposed(const hob_server *server);

/* Returns hob_server_options.allowed_hosts, and sets *count to allowed_host_count. */
const char *const *hob_server_allowed_hosts(const hob_server *server, size_t *count);

/* Returns hob_server_options.trusted_proxies, and sets *count to trusted_proxy_count. */
const hob_network *hob_server_trusted_proxies(const hob_server *server, size_t *count);

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
} hob_reject;
#define HOB_REJECT_COUNT 13

/* Returns the name of a reason, such as "connection_limit". */
const char *hob_reject_name(hob_reject reason);

/* The counts of a server since it was opened, and its present state. */
typedef struct {
    uint64_t accepted;                  /* connections */
    size_t connections;                 /* open ones, idle ones included */
    size_t serving;                     /* open ones with a request in progress */
    uint64_t received;                  /* bytes, with heads and framing */
    uint64_t sent;                      /* the same */
    uint64_t rejects[HOB_REJECT_COUNT]; /* by hob_reject */
} hob_server_counts;

/* Copies the counts. The server need not run. */
void hob_server_count(const hob_server *server, hob_server_counts *counts);

/*
 * Called with the stack that a handler and the server have used for a request: `used` of `size`
 * bytes, in whole pages. The route is NULL if there is none. Must not wait.
 */
typedef void hob_stack_observer(void *context, const char *route, size_t used, size_t size);

/*
 * Measures the stack of the next request whose handler is called, which takes some microseconds,
 * and calls done(context, ...) after the handler. If the route has its own stack, the fuller one of
 * the two counts. done is not called if no request arrives, or if the kernel does not report used
 * pages, as with locked memory.
 */
void hob_server_measure_stack(hob_server *server, hob_stack_observer *done, void *context);

/*
 * The request. Strings belong to the request and stay valid until its handler returns. NULL always
 * means that the client has not sent this part: the server allocates the memory of all of these
 * strings before it calls the handler, or replies with 503. Functions that allocate a result return
 * 1, 0 if the part is absent, or -ENOMEM.
 */

/* Returns hob_server_options.context. */
void *hob_request_context(const hob_request *req);

/* Returns the server of the request. */
hob_server *hob_request_server(const hob_request *req);

/*
 * Returns the method as sent, such as "GET" (RFC 9110 section 9). For an observer it may be an
 * unknown one, or "" if the request was refused before its end.
 */
const char *hob_request_method(const hob_request *req);

/*
 * Returns "HTTP/1.0", or "HTTP/1.1" for any later minor version (RFC 9110 section 2.5). For an
 * observer it may be "", if the request line was incomplete.
 */
const char *hob_request_protocol(const hob_request *req);

/*
 * Writes the address of the client: "127.0.0.1:50000", "[::1]:50000", or "unix:" for a client of a
 * unix socket. An IPv4 client of an IPv6 socket has its IPv4 address. Behind a proxy this is the
 * proxy: see hob_request_client() of hob/forwarded.h. Returns 0, or -ENOSPC if `size` bytes are too
 * few: HOB_PEER_SIZE suffices.
 */
int hob_request_peer(const hob_request *req, char *text, size_t size);

/*
 * Returns the path of the target, without the query; it begins with "/" or is "*". It is normalised
 * by hob_normalise_path(): the bytes that are still encoded have another meaning than the decoded
 * ones, such as the slash. Use hob_path_value() of hob/router.h for the values in it.
 */
const char *hob_request_path(hob_request *req);

/*
 * The same without a copy: the string is valid only until the coroutine waits. For routers.
 */
const char *hob_request_peek_path(const hob_request *req);

/*
 * Normalises a path in place, and never makes it longer (RFC 3986 section 6.2.2): decodes encoded
 * letters, digits and "-._~", gives other encoded bytes hex digits in upper case, and then removes
 * the segments "." and "..". An encoded slash stays encoded, and double slashes stay too, with an
 * empty segment between them. A text that does not begin with "/" is not changed.
 *
 * Returns 0, or -EINVAL if a "%" is not followed by two hex digits, for an encoded NUL, and for a
 * path that climbs above its root by "..". The path is undefined then.
 */
int hob_normalise_path(char *path);

/* Returns the part behind the first "?" of the target, not decoded; NULL if there is none. */
const char *hob_request_query(hob_request *req);

/*
 * Returns the value of the first pair of this name in the query, "" if it has no value. Both are
 * decoded: "+" is a space, and "%2B" is a plus. A "%" without two hex digits is not changed, as in
 * browsers (https://url.spec.whatwg.org/#urlencoded-parsing), and neither is "%00", since a string
 * cannot contain a NUL. NULL if there is no such pair.
 */
const char *hob_request_query_value(hob_request *req, const char *name);

/*
 * Sets *value to the value of the first such pair in a form, in memory of hob_alloc(). The form is
 * a body of the type application/x-www-form-urlencoded that hob_body_all() has read, or NULL for no
 * pairs. Returns 1, 0 if there is no such pair, and then *value is NULL, or -ENOMEM.
 *
 *     int err = hob_body_all(req, 1000, &form, &size);
 *     if (err == 0)
 *         err = hob_form_value(form, "dish", &dish);
 */
int hob_form_value(const char *form, const char *name, const char **value);

/*
 * Finds the next pair, for names that occur several times. *rest begins as the query or as the data
 * of a form; NULL has no pairs:
 *
 *     const char *name, *value, *rest = hob_request_query(req);
 *     while (hob_next_pair(&rest, &name, &value) > 0)
 *
 * Returns 1 and sets *name and *value to decoded strings in memory of hob_alloc(), 0 after the last
 * pair, or -ENOMEM.
 */
int hob_next_pair(const char **rest, const char **name, const char **value);

/*
 * Returns the value of the first header of this name, in upper or lower case; NULL if there is
 * none. Host is the authority of the target, if that has one (RFC 9112 section 3.2.2).
 */
const char *hob_request_header(hob_request *req, const char *name);

/*
 * Sets *list to the values of all headers of this name, joined by ", ": for lists, such as Accept,
 * which may have several lines (RFC 9110 section 5.3). Several are joined in memory of hob_alloc().
 * Returns 1, 0 if there is none, and then *list is NULL, or -ENOMEM.
 */
int hob_request_header_list(hob_request *req, const char *name, const char **list);

/*
 * Goes through all headers in their order, as they were sent. *position begins as 0. Returns false
 * when there is none left. An observer gets those that came.
 */
bool hob_request_next_header(hob_request *req, size_t *position, hob_header *header);

/*
 * Returns the value of the first cookie of this name in the headers Cookie (RFC 6265 section 4.2),
 * without double quotes around it. Proxies that accept HTTP/2 may send several such headers (RFC
 * 9113 section 8.2.3). The value is percent-decoded, so encode a "%" in cookies that you set; names
 * are not decoded. NULL if there is no such cookie.
 */
const char *hob_request_cookie(hob_request *req, const char *name);

/*
 * Percent-decodes `size` bytes of hob_request_path() or hob_request_query(), such as a segment. For
 * the same part the result has the same address, so this needs no memory. Use hob_percent_decode()
 * of hob/http.h for other texts.
 */
const char *hob_request_decode(hob_request *req, const char *part, size_t size);

/*
 * The key of a value of a request. Its address identifies it, so a static key is private to its
 * file:
 *
 *     static const hob_key user_key = {"user"};
 *
 *     hob_request_set(req, &user_key, user);                  in the middleware that knows the user
 *     const struct user *user = hob_request_get(req, &user_key);             in a handler behind it
 */
typedef struct {
    const char *name; /* for debugging */
} hob_key;

/*
 * Sets or replaces the value of a key, until the server's handler has returned. Call it in the
 * coroutine of the request. Returns 0 or -ENOMEM.
 */
int hob_request_set(hob_request *req, const hob_key *key, void *value);

/* Returns the value of a key. NULL if it was not set. */
void *hob_request_get(const hob_request *req, const hob_key *key);

/*
 * Returns the id of the request, which finds it in the logs of all programs that take part in it:
 * the value of its X-Request-Id, if that is 1 to 128 letters, digits and "-_.~+/=:", or else 128
 * random bits in hexadecimal, which the first call makes.
 *
 * The response has it as X-Request-Id if the request has a valid one, if this was called before the
 * reply, or with the server's option request_ids. NULL if getrandom(2) fails.
 */
const char *hob_request_id(hob_request *req);

/*
 * Returns the pattern of the request's route, such as "GET /orders/{id}", for logs and statistics,
 * since the number of paths has no limit. NULL if there is none.
 */
const char *hob_request_route(const hob_request *req);

/*
 * For handlers that call other handlers, such as the router of hob/router.h.
 */

/* Returns hob_server_options.router. */
const hob_router *hob_request_router(const hob_request *req);

/*
 * Sets the pattern of the request's route, which must live as long as the server; NULL means none.
 * Also sets a pointer to the router's result, for hob_request_match(), which is NULL at first and
 * after the server's handler has returned. Replacing one that is not NULL ends the process with a
 * message, since a middleware that changes the route would break its router.
 */
void hob_request_set_route(hob_request *req, const char *pattern, void *match);
void *hob_request_match(const hob_request *req);

/*
 * Finishes the request even if its client leaves: for work that must be finished once it has begun.
 * A server that stops still cancels it at the end of its grace.
 */
void hob_request_finish_anyway(hob_request *req);

/*
 * Reserves one of the process's descriptors for this request until its handler has returned: the
 * server then accepts one client less. For handlers that keep a file or a connection open until the
 * client has received the response. Call it in the coroutine of the request. Returns 0 or -ENOMEM.
 */
int hob_request_reserve_descriptor(hob_request *req);

/* Limits of this request instead of the server's, for handlers and middleware. */

/*
 * Sets the limit of the body in bytes, instead of hob_server_options.body_limit. 0 restores that.
 */
void hob_request_set_body_limit(hob_request *req, size_t bytes);

/*
 * Sets the seconds from now until the handler must have replied, instead of
 * hob_server_options.handler_timeout. INFINITY is no limit. A deadline that the handler has set
 * itself stays. Call it in the coroutine of the request, before the reply and outside hob_shield().
 */
void hob_request_set_timeout(hob_request *req, double seconds);

/*
 * Compares the conditions of a request, such as If-None-Match, with the current version of the
 * content (RFC 9110 section 13). `current` is NULL if there is no content yet: then "If-Match: *"
 * fails, and "If-None-Match: *" does not. Returns the status of the reply:
 *
 *  200  carry out the request
 *  304  the client has this version or one as new: reply without content
 *  412  a condition fails: the client requires another version
 *
 * or -ENOMEM.
 *
 *     const hob_validators version = {.etag = report->etag};
 *     int status = hob_request_check_conditions(req, &version);
 *     if (status < 0 || status == 412)
 *         return status < 0 ? status : hob_reply_error(res, status, NULL);
 *     int err = hob_response_set_validators(res, &version);
 *     if (err < 0 || status == 304)
 *         return err < 0 ? err : hob_reply(res, status, NULL, NULL, 0);
 */
int hob_request_check_conditions(hob_request *req, const hob_validators *current);

/*
 * Finds the requested parts of `size` bytes of content: the ranges of Range, if the request is a
 * GET and the version of its If-Range is the current one (RFC 9110 sections 13.1.5 and 14). A date
 * in If-Range is ignored for content that has changed less than 2 seconds ago, or whose etag is
 * weak. Merges ranges that overlap or adjoin. Returns the status of the reply:
 *
 *  200  send all of the content: *ranges is empty
 *  206  send the parts in *ranges; of several, as multipart/byteranges or all of the content
 *  416  all ranges lie beyond the end: *ranges is empty
 */
int hob_request_ranges(
    hob_request *req, const hob_validators *current, uint64_t size, hob_ranges *ranges);

/*
 * Waits for a part of the body, and reads up to `size` bytes. Returns how many, or 0 when the body
 * is complete. A client that expects "100 Continue" gets it at the first read (RFC 9110 section
 * 10.1.1).
 *
 * The server reads and drops the rest that a handler does not read. If more than 64 KiB are left,
 * or if the body is chunked and its end had not been received when the response began, the response
 * has "Connection: close" instead.
 *
 * Returns -EINVAL if the body's framing is broken, -EMSGSIZE if the body is larger than the
 * server's body_limit, -ECONNRESET if the client left in the middle of it, -ETIMEDOUT after the
 * server's body_timeout, or -ECANCELED or -ETIMEDOUT like every await.
 */
int hob_body_read(hob_request *req, void *data, size_t size);

/*
 * Reads the rest of the body. Sets *data to the bytes, followed by a NUL, and
 * *size to their number without it. They belong to the request, like its strings. Returns 0,
 * -EMSGSIZE if there are more than `limit` bytes or the server's body_limit, -ENOMEM, or an
 * error of hob_body_read(); then *data is NULL.
 */
int hob_body_all(hob_request *req, size_t limit, const char **data, size_t *size);

/*
 * The response. Only the first reply has effect; it is sent when the handler waits or returns, or
 * at once if its content is large. All return 0, -EALREADY if there was a reply already, or
 * -ENOMEM.
 */

/*
 * Adds a header to the later reply; after the reply this is an error, which is logged. Also returns
 * -EINVAL if name is not a token (RFC 9110 section 5.6.2), if value contains control characters,
 * such as a line break, or if the server writes this header itself: Connection,
 * Content-Length, Content-Type, Date, Server, Transfer-Encoding, X-Request-Id.
 */
int hob_response_add_header(hob_response *res, const char *name, const char *value);

/* The same instead of all headers of this name. A NULL value only removes them. */
int hob_response_set_header(hob_response *res, const char *name, const char *value);

/*
 * Returns the value of the first added header of this name. NULL if there is none. Valid until the
 * next header is added or set.
 */
const char *hob_response_header(const hob_response *res, const char *name);

/*
 * Sets the headers ETag and Last-Modified, each if the version has it. Omits dates in the future
 * (RFC 9110 section 8.8.2.1). Returns the same as hob_response_add_header().
 */
int hob_response_set_validators(hob_response *res, const hob_validators *current);

/* Returns the status of the reply; 0 before the reply. */
int hob_response_status(const hob_response *res);

/* Returns the bytes of content that were sent, or are in the output buffer; 0 before the reply. */
uint64_t hob_response_sent(const hob_response *res);

/*
 * Hooks of the head, by which middleware sets headers that depend on the reply.
 *
 *     static void forbid_caching_of_errors(void *arg, hob_response *res, const hob_head *head)
 *     {
 *         if (head->status >= 400)
 *             hob_response_set_header(res, "Cache-Control", "no-store");
 *     }
 */

/* The length of a stream without a known length. */
#define HOB_LENGTH_UNKNOWN UINT64_MAX

/* The head of a response, before it is sent. */
typedef struct {
    int status;               /* 200 to 599 */
    const char *content_type; /* NULL if there is none */
    uint64_t length;          /* bytes of content, or HOB_LENGTH_UNKNOWN */
} hob_head;

/* May read, add, replace and remove headers. It must neither wait nor reply. */
typedef void hob_head_hook(void *arg, hob_response *res, const hob_head *head);

/*
 * Adds a hook: the reply calls hook(arg, ...) before its head is sent, also for a stream, a file,
 * and the server's reply to an error of the handler. The last one added is called first. A reply of
 * the server to a handler that is 1 second late calls none.
 *
 * arg must live until the server's handler has returned: a local variable ends the process with a
 * message. Use hob_alloc(). Call this in the coroutine of the request. Returns 0, -EALREADY or
 * -ENOMEM.
 */
int hob_response_before_head(hob_response *res, hob_head_hook *hook, void *arg);

/*
 * Replies with a status (200 to 599, else -EINVAL), the type of the content, and `size` bytes of
 * content, which are copied. For HEAD, and with status 204, 205 and 304, the content is not sent.
 */
int hob_reply(
    hob_response *res, int status, const char *content_type, const void *content, size_t size);

/* The same with a string of the type HOB_TEXT. */
int hob_reply_text(hob_response *res, int status, const char *text);

/* The same with a string of the type HOB_JSON. It is not checked. */
int hob_reply_json(hob_response *res, int status, const char *json);

/*
 * Replies with content in a format of printf(3), which should be a literal. Use hob_html_escape()
 * for text of clients in HTML. "%g" and "%f" depend on the locale; HOB_NUMBER() of hob/text.h does
 * not. Also returns -EINVAL if printf(3) fails.
 *
 *     return hob_reply_printf(res, 201, HOB_JSON, "{\"id\":%u}\n", order->id);
 */
int hob_reply_printf(
    hob_response *res, int status, const char *content_type, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/*
 * Redirects the client to a location, a URL or a path, which is sent unchanged (RFC 9110 section
 * 10.2.2): permanently with status 301 or 308, temporarily with 302 or 307, or with GET after a
 * POST by 303; others return -EINVAL. Clients repeat the method with 307 and 308, and use GET with
 * 303. Do not use input of a client as location: "//other.example" looks like a path, and leads to
 * another host.
 */
int hob_redirect(hob_response *res, int status, const char *location);

/*
 * Replies with an error, status 400 to 599, through the server's error_page. Without one the client
 * gets the reason phrase and the detail, unless that is NULL: as text,
 * "404 Not Found: no such order", or as "application/problem+json" (RFC 9457) if its Accept prefers
 * JSON to text:
 *
 *     {"status":404,"title":"Not Found","detail":"no such order"}
 *
 * The detail is UTF-8, and cut after about 200 bytes.
 */
int hob_reply_error(hob_response *res, int status, const char *detail);

/*
 * A stream is a response whose content is made while it is sent. It ends when the handler returns.
 * If the handler returns an error, the client can detect that the content is incomplete.
 *
 *     int err = hob_stream(res, 200, "text/csv");
 *     while (err == 0 && next_line(&line))
 *         err = hob_send(res, line.text, line.length);
 *     return err;
 */

/*
 * Begins a stream with a status and a type, like hob_reply(). The server's handler_timeout ends
 * here: from now on only write_timeout limits the client. Also returns -EINVAL for a status without
 * content (204, 205, 304). HTTP/1.1 gets chunks, HTTP/1.0 a connection that closes at the end.
 *
 * Returns -EPIPE if the request is HEAD, for which a router calls the handler of GET (RFC 9110
 * section 9.3.2): the response is complete with its head, and has no content. The handler's result
 * is then ignored.
 */
int hob_stream(hob_response *res, int status, const char *content_type);

/*
 * The same for content of `length` bytes, with Content-Length. The handler must send exactly this
 * many: if it returns before, the server closes the connection, so that the client detects the
 * missing ones. HOB_LENGTH_UNKNOWN is the same as hob_stream().
 */
int hob_stream_sized(hob_response *res, int status, const char *content_type, uint64_t length);

/*
 * Sends `size` bytes of the stream's content; 0 bytes have no effect. They are sent when the
 * handler waits or returns. While 64 KiB wait for a slow client this call waits, so a connection
 * never holds more than 80 KiB of output.
 *
 * Returns 0, -EINVAL if there is no stream or the bytes would exceed its length, -ENOMEM, -EPIPE if
 * the client has left, has received nothing for the server's write_timeout or has sent HEAD,
 * -ECANCELED or -ETIMEDOUT.
 */
int hob_send(hob_response *res, const void *data, size_t size);

/*
 * Begins a stream of server-sent events: status 200, type "text/event-stream" (WHATWG HTML section
 * 9.2), with two headers that make each event arrive at once: "Cache-Control: no-store", and
 * "X-Accel-Buffering: no", by which nginx forwards the stream without buffering it. Headers can be
 * added before. Returns the same as hob_stream().
 *
 * A browser reconnects when the stream ends, after its own default time (Firefox 5 s, Chromium 3
 * s). The stream can set it, in milliseconds: hob_send(res, "retry: 500\n\n", 12).
 */
int hob_event_stream(hob_response *res);

/*
 * Sends an event of a stream that hob_event_stream() has begun. id and name may be NULL. The data
 * may have several lines. Returns the same as hob_send(), and -EINVAL if any of them contains a
 * carriage return, or if id or name contains a line break.
 */
int hob_event(hob_response *res, const char *id, const char *name, const char *data);

#ifdef __cplusplus
}
#endif

#endif
