/*
 * hob/server.h: an HTTP/1.1 server whose requests are answered by coroutines.
 *
 * A handler is called in a coroutine of its own request, so it may await anything that
 * hob/runtime.h offers; meanwhile the thread serves other requests. All functions are called on
 * the thread that runs the server, and those on a request or response only until its handler has
 * returned.
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

typedef struct hob_server hob_server;     /* accepts clients and has their requests answered */
typedef struct hob_request hob_request;   /* what a client asked for; the server's */
typedef struct hob_response hob_response; /* what it gets; the server's */
typedef struct hob_router hob_router;     /* finds handlers: see hob/router.h */

/*
 * Answers one request, with one of the hob_reply functions. Returns >= 0, or a negative errno: if
 * nothing was replied by then, the client gets a status that fits the error, with a line of text:
 * -EINVAL 400, -ENOENT 404, -EMSGSIZE 413, -ETIMEDOUT 504, 503 with Retry-After for what is used up
 * (-ENOMEM, -EMFILE, -ENFILE, and -EAGAIN for a queue that is full), 502 for what a server that was
 * asked has failed with (-ECONNREFUSED, -ECONNRESET, -EHOSTUNREACH, -ENETUNREACH, -ENXIO,
 * -EREMOTEIO, -EPROTO, -EOVERFLOW and -ELOOP, see hob/client.h), any other 500. -ECANCELED gets no
 * reply: the client has left or the server is being stopped.
 *
 * When the client leaves while a handler waits, the handler's awaits return -ECANCELED, unless it
 * called hob_request_finish_anyway(). A client that closes only its sending side counts as one that
 * has left.
 */
typedef int hob_handler(hob_request *req, hob_response *res);

/*
 * Replies to a request that ends in an error, for example with a page in the style of the site.
 * Called for each reply of hob_reply_error(), and so for the replies of the router and of the
 * server itself: 404, 405, errors of handlers, requests that break a rule. The detail is NULL, or a
 * phrase in English. Of a request that breaks a rule the head can be read as far as it came. A page
 * must not wait. If it does not reply, the client gets what it gets without an error page: see
 * hob_reply_error().
 */
typedef int hob_error_page(hob_request *req, hob_response *res, int status, const char *detail);

/*
 * A request and its outcome. Requests that the server refused without calling the handler have a
 * status too: those that were malformed, too large or too slow, or above the connection limit.
 */
typedef struct {
    /*
     * Its head can still be read, as far as it came, by the functions below that return strings;
     * those that never came are NULL.
     */
    hob_request *req;
    int status; /* of the response; 0 if there was none: the client left, or the server stopped */
    uint64_t sent;  /* bytes of content that were sent, or are in the output buffer */
    double began;   /* when its first bytes were read, on the clock of hob_now() */
    double seconds; /* from then until the response was complete, or given up */
} hob_exchange;

/*
 * Is called for each request when its response is complete, for logs and statistics: see
 * hob_server_observe(). Called once for each, in their order on a connection, on the server's
 * thread; it must neither wait nor keep the pointers. It is not called for clients that have sent
 * nothing, nor for clients that the system had no descriptor for.
 */
typedef void hob_observer(void *context, const hob_exchange *exchange);

/* How a server is to be: a handler, and for all else there is a default, which is 0. */
typedef struct {
    hob_handler *handler;     /* answers every request */
    void *context;            /* for the handlers: see hob_request_context() */
    const hob_router *router; /* for hob_router_handle(), if that is the handler */

    hob_error_page *error_page; /* NULL is a line of text, such as "404 Not Found" */
    bool request_ids;           /* every response has the id of its request: see hob_request_id() */

    /*
     * What a client may cost. 0 is the default; INFINITY is no limit, for times. A client that is
     * too slow gets status 408 if it has begun to send a request, else no answer. A handler that
     * has not replied 1 second after its time, since it waits for what cannot be cancelled, such as
     * a job of hob_offload(), goes on, but its client gets status 504 and the end of the
     * connection.
     */
    double head_timeout;    /* seconds from connect, or the first byte, to the end of a head (10) */
    double body_timeout;    /* ... that each read of a body may take (15) */
    double handler_timeout; /* ... until the handler has replied; its awaits end then (30) */
    double write_timeout;   /* ... until the client has taken some of the response (20) */
    double idle_timeout;    /* ... between two requests (75) */
    double linger_timeout;  /* ... for the client to stop sending after the last response (2) */
    size_t target_limit;    /* bytes of a request's target; more is status 414 (8 KiB) */
    size_t head_limit;      /* bytes of request line and headers; more is status 431 (16 KiB) */
    size_t header_limit;    /* headers; more are status 431 (100) */
    size_t body_limit;      /* bytes of a body; more is status 413 (1 MiB) */
    size_t pipeline_limit;  /* bytes of later requests kept while one is answered (64 KiB) */

    /*
     * Bytes of stack that a handler runs on (default 128 KiB), of which the server takes 4 KiB. The
     * sizes are those of hob_async_sized(). A route may have a larger one: see hob_route.
     */
    size_t stack;

    const int *sockets;  /* what to accept clients from: see hob_listen() in hob/address.h */
    size_t socket_count; /* 0 opens one on a free port of 127.0.0.1 */
    /*
     * The files that unix sockets among them have made, one for each socket: a server that stops
     * removes these and no others. NULL is those at their paths when the server is opened. See
     * hob_socket_file_of() in hob/address.h.
     */
    const hob_socket_file *socket_files;
    /*
     * Another process has the sockets too and keeps them, as systemd does: a server that stops then
     * leaves to it who is in their queues, and the files of unix sockets.
     */
    bool shared;

    /*
     * Names by which hob_refuse_cross_site() of hob/cross_site.h lets clients address a server that
     * listens on loopback addresses alone, such as those of the sites behind a proxy on the same
     * machine: without a port, IPv6 addresses in brackets. They must live as long as the server.
     */
    const char *const *allowed_hosts;
    size_t allowed_host_count; /* how many names allowed_hosts has */

    /*
     * How many clients are served at the same time, idle ones included (default 16,384). No more
     * than three quarters of RLIMIT_NOFILE less 16 descriptors, since handlers need some as well;
     * in that sum each descriptor of hob_request_reserve_descriptor(), such as that of a file that
     * hob_files() sends, counts as a client. The server accepts a few more to answer them with 503
     * and Retry-After; others wait in the accept queue.
     */
    size_t connection_limit;

    /*
     * How many clients are accepted in a row before requests get their turn (default 64). When
     * several processes accept from the same sockets, 1 lets each of them have its share.
     */
    size_t accept_batch;

    /*
     * From hob_server_open() to hob_server_close(), SIGINT and SIGTERM stop the server. A second
     * one ends the process at once with status 128 + its number, whatever its threads do. When
     * handlers have not ended 3 seconds after the drain_delay and the grace, although they were
     * cancelled, the process ends with EXIT_FAILURE: one may keep the thread, or wait for a job of
     * hob_offload() that does not end.
     */
    bool handle_signals;
    /*
     * Seconds that the server goes on to serve as before, new clients too, when it is stopping:
     * load balancers see that hob_server_is_stopping() and send no more clients. There is no delay
     * by hob_server_leave().
     */
    double drain_delay;
    /*
     * Seconds that requests in progress get when the server stops: 0 is the default (30), and less
     * than 0 is none.
     */
    double grace;
    /*
     * Seconds without a request after which a connection is closed when the server stops: 0 is the
     * default (1), and less than 0 is none. With less, more clients may be sending a request just
     * then. No longer than the grace.
     */
    double idle_grace;
} hob_server_options;

/*
 * Makes a server of its sockets, which are the server's from then on: hob_server_close() closes
 * them. The options are copied, but for what context points to. If the server handles signals, one
 * that comes before it runs stops it when it does.
 *
 * Returns 0 and sets *server, -ENOMEM, -EINVAL if there is no handler, -EBUSY if it is to handle
 * signals and a server of another thread does, -ERANGE if a time-out is negative, a time is not a
 * number or the stack is larger than HOB_STACK_MAX, what hob_socket_url() fails with if one of the
 * sockets is not a listening one, or what hob_listen() fails with if there is none. With an error
 * the sockets stay the caller's.
 */
int hob_server_open(const hob_server_options *options, hob_server **server);

/*
 * Adds an observer, which gets each request with this context; several are called in the order of
 * adding. Not to be called by an observer. Returns 0 or -ENOMEM.
 */
int hob_server_observe(hob_server *server, hob_observer *observer, void *context);

/* The URL of the first socket, such as "http://127.0.0.1:8080/". The server's. */
const char *hob_server_url(const hob_server *server);

/* Whether other machines may reach one of its sockets: not all are unix or loopback addresses. */
bool hob_server_is_exposed(const hob_server *server);

/* Returns hob_server_options.allowed_hosts, and sets *count to allowed_host_count. */
const char *const *hob_server_allowed_hosts(const hob_server *server, size_t *count);

/*
 * Serves until hob_server_stop(), or until a signal if the server handles signals. Then it removes
 * the files of its unix sockets, accepts the clients that are still in the queues, closes the
 * sockets, and lets handlers in progress finish within the grace. It cancels those that have not,
 * and returns 0. Requests that come meanwhile on open connections are answered too: the last of
 * those that were pipelined announces that its connection closes.
 *
 * Called in a coroutine, it runs on the loop of that coroutine, and returns -ECANCELED if the
 * coroutine is cancelled: requests in progress are cancelled then. Called elsewhere, as in main(),
 * it runs a loop of its own on this thread, and fails as hob_block_on() does.
 */
int hob_server_run(hob_server *server);

/*
 * The same in a coroutine of its own, for programs that do more than serve: a future whose result
 * is that of hob_server_run(). Belongs to the calling coroutine. NULL when out of memory.
 *
 *     hob_future *server = hob_server_start(self->server);
 *     hob_start(count_visitors, self);
 *     return hob_await(server);
 */
hob_future *hob_server_start(hob_server *server);

/* Makes hob_server_run() return as described there. May be called from a handler. */
void hob_server_stop(hob_server *server);

/*
 * Whether the server is stopping: hob_server_stop() was called, or a signal came. It still accepts
 * and serves until the drain_delay is over.
 */
bool hob_server_is_stopping(const hob_server *server);

/*
 * A future that is ready with 0 when the server is stopping and the drain_delay is over, so that
 * what has no end, such as a stream, ends. It must not outlive the server. NULL when out of memory.
 *
 *     hob_future *stopping = hob_server_until_stopping(hob_request_server(req));
 *     hob_race(stopping, hob_async(wait_for_news, feed));
 */
hob_future *hob_server_until_stopping(hob_server *server);

/*
 * Stops the server like hob_server_stop(), but leaves its listening sockets to another process that
 * accepts from them too, as if they were `shared`, and without the drain delay. Clients in the
 * accept queue stay there. Does nothing if the server is stopping already.
 */
void hob_server_leave(hob_server *server);

/* Closes the sockets and frees the server, which must not be running. NULL is ignored. */
void hob_server_close(hob_server *server);

/*
 * What a server has counted since it was opened.
 */

/* Why a client did not get what it came for, and what it got instead. */
typedef enum {
    HOB_REJECT_CONNECTION_LIMIT, /* 503: there are connection_limit others */
    HOB_REJECT_DESCRIPTORS,      /* 503: the process has no descriptor left for it, or its file */
    HOB_REJECT_MEMORY,           /* closed: there is no memory for it */
    HOB_REJECT_MALFORMED,        /* 400: the request breaks a rule of HTTP */
    HOB_REJECT_UNSUPPORTED,      /* 417, 501, 505: it wants what the server cannot do */
    HOB_REJECT_TARGET_LIMIT,     /* 414 */
    HOB_REJECT_HEAD_LIMIT,       /* 431 */
    HOB_REJECT_HEADER_LIMIT,     /* 431 */
    HOB_REJECT_BODY_LIMIT,       /* 413, if the handler passes it on */
    HOB_REJECT_HEAD_TIMEOUT,     /* 408, or closed if it has sent nothing */
    HOB_REJECT_BODY_TIMEOUT,     /* 408, if the handler passes it on */
    HOB_REJECT_HANDLER_TIMEOUT,  /* 504 */
    HOB_REJECT_WRITE_TIMEOUT,    /* reset */
} hob_reject;
#define HOB_REJECT_COUNT 13

/* The name of a reason, such as "connection_limit". */
const char *hob_reject_name(hob_reject reason);

/* What a server has done since it was opened, and does now. */
typedef struct {
    uint64_t accepted;                  /* connections */
    size_t connections;                 /* that are open now, idle ones included */
    size_t serving;                     /* of these, those on which a request is being served */
    uint64_t received;                  /* bytes, with heads and framing */
    uint64_t sent;                      /* the same */
    uint64_t rejects[HOB_REJECT_COUNT]; /* by hob_reject */
} hob_server_counts;

/* May be called whether it runs or not. */
void hob_server_count(const hob_server *server, hob_server_counts *counts);

/*
 * Gets how much stack the handler of a request has used, with what the server itself uses: bytes of
 * `size`, in whole pages. The route is NULL if there is none. Must not wait.
 */
typedef void hob_stack_observer(void *context, const char *route, size_t used, size_t size);

/*
 * Measures the next request whose handler is called, which takes some microseconds, and calls
 * done(context, ...) once the handler has returned. If the route has a stack of its own, the
 * fuller one of the two counts. done is not called if no request comes, or if the system does not
 * say which pages are used, as for locked memory.
 */
void hob_server_measure_stack(hob_server *server, hob_stack_observer *done, void *context);

/*
 * The request. Strings belong to the request and stay valid until its handler returns. NULL means
 * that the client has not sent what was asked for, never that memory ran out: the server has the
 * memory for all of these strings before it calls the handler, or replies with 503. Functions that
 * make something new from the request return 1, 0 if it is not there, or -ENOMEM.
 */

/* What hob_server_options.context was set to. */
void *hob_request_context(const hob_request *req);

/* The server that the request came to. */
hob_server *hob_request_server(const hob_request *req);

/*
 * The method as sent, such as "GET" (RFC 9110 section 9). An observer may find one that is not
 * known, or "" if the request was refused before its end.
 */
const char *hob_request_method(const hob_request *req);

/*
 * "HTTP/1.0", or "HTTP/1.1" for any later minor version (RFC 9110 section 2.5). Observers also get
 * "", if the request line was incomplete.
 */
const char *hob_request_protocol(const hob_request *req);

/*
 * Writes the address of the client: "127.0.0.1:50000", "[::1]:50000", or "unix:" for a client of a
 * unix socket. A client that uses IPv4 on an IPv6 socket has its IPv4 address. Behind a proxy this
 * is the address of the proxy. Returns 0, or -ENOSPC if `size` bytes are not enough: HOB_PEER_SIZE
 * always is.
 */
int hob_request_peer(const hob_request *req, char *text, size_t size);

/*
 * The path of the target, without the query; begins with "/" or is "*". It is normalised as
 * hob_normalise_path() does it: bytes that are still encoded in it, such as a slash, would have
 * another meaning without the encoding. Use hob_path_value() of hob/router.h for the values in it.
 */
const char *hob_request_path(hob_request *req);

/*
 * The same, but the string is valid only until the coroutine waits: it saves the copy that the
 * other calls make. For routers and the like.
 */
const char *hob_request_peek_path(const hob_request *req);

/*
 * Makes all spellings of a path the same one, in place, and never longer (RFC 3986 section 6.2.2):
 * encoded letters, digits and "-._~" are decoded, other encoded bytes get hex digits in upper
 * case, and then the segments "." and ".." are removed. An encoded slash thus stays encoded, and
 * double slashes stay too: there is an empty segment between them. What does not begin with "/" is
 * left as it is.
 *
 * Returns 0, or -EINVAL if a "%" is not followed by two hex digits, for an encoded NUL, and for a
 * path that climbs above its root by "..". The path is of no use then.
 */
int hob_normalise_path(char *path);

/* What follows the first "?" of the target, not decoded; NULL if there is none. */
const char *hob_request_query(hob_request *req);

/*
 * The value of the first pair of this name in the query, "" if it has none. Both are decoded: "+"
 * is a space, "%2B" is a plus, and a "%" that encodes nothing stands for itself, as it does in
 * browsers (https://url.spec.whatwg.org/#urlencoded-parsing), and so does "%00", since no string
 * could hold what it encodes. NULL if there is no such pair.
 */
const char *hob_request_query_value(hob_request *req, const char *name);

/*
 * Sets *value to the value of the first such pair in a form, in hob_alloc() memory: a body of the
 * type application/x-www-form-urlencoded that hob_body_all() has read; NULL is one without pairs.
 * Returns 1, 0 if there is no such pair, and then *value is NULL, or -ENOMEM.
 *
 *     int err = hob_body_all(req, 1000, &form, &size);
 *     if (err == 0)
 *         err = hob_form_value(form, "dish", &dish);
 */
int hob_form_value(const char *form, const char *name, const char **value);

/*
 * All pairs, one after the other, for names that come more than once. *rest begins as the query,
 * or as the data of a form, and NULL is one without pairs:
 *
 *     const char *name, *value, *rest = hob_request_query(req);
 *     while (hob_next_pair(&rest, &name, &value) > 0)
 *
 * Returns 1 and sets *name and *value to decoded strings in hob_alloc() memory, 0 if there are no
 * more pairs, or -ENOMEM.
 */
int hob_next_pair(const char **rest, const char **name, const char **value);

/*
 * The value of the first header of this name, in any case of letters; NULL if there is none. Host
 * is the authority of the target, if that has one (RFC 9112 section 3.2.2).
 */
const char *hob_request_header(hob_request *req, const char *name);

/*
 * Sets *list to the values of all headers of this name, joined by ", ": for those that are lists,
 * such as Accept, which may come in several lines (RFC 9110 section 5.3). More than one are joined
 * in hob_alloc() memory. Returns 1, 0 if there is none, and then *list is NULL, or -ENOMEM.
 */
int hob_request_header_list(hob_request *req, const char *name, const char **list);

/*
 * The value of the first cookie of this name in the headers Cookie (RFC 6265 section 4.2), without
 * the double quotes it may stand in. There may be several of them, from proxies that take HTTP/2
 * (RFC 9113 section 8.2.3). It is percent-decoded, so encode a "%" in what you set; names
 * are taken to the letter. NULL if there is no such cookie.
 */
const char *hob_request_cookie(hob_request *req, const char *name);

/*
 * Percent-decodes `size` bytes of hob_request_path() or hob_request_query(), such as a segment. For
 * the same part the result is at the same place, so it needs no memory. hob_percent_decode() of
 * hob/http.h is for other texts.
 */
const char *hob_request_decode(hob_request *req, const char *part, size_t size);

/*
 * The key of a value that a request carries. The address of the key identifies it, so each value
 * has a key of its own, and no other file can reach a static one:
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
 * Sets the value of a key, or replaces it. It is known until the server's handler has returned. To
 * be called in the coroutine of the request. Returns 0 or -ENOMEM.
 */
int hob_request_set(hob_request *req, const hob_key *key, void *value);

/* The value of a key. NULL if it was not set. */
void *hob_request_get(const hob_request *req, const hob_key *key);

/*
 * The id of the request, by which it is found in the logs of all programs that handled it: the
 * value of its X-Request-Id, if that is 1 to 128 letters, digits and "-_.~+/=:". Otherwise the
 * first call makes an id of 128 random bits in hexadecimal.
 *
 * The response has the header X-Request-Id if the request had a valid one, if this function was
 * called before the reply, or if the server's option request_ids is set. NULL if getrandom(2)
 * fails.
 */
const char *hob_request_id(hob_request *req);

/*
 * The pattern of the request's route, such as "GET /orders/{id}", for logs and statistics: there
 * are few patterns, but any number of paths. NULL if there is none.
 */
const char *hob_request_route(const hob_request *req);

/*
 * For handlers that call others, as the router of hob/router.h does, which uses all three of these.
 */

/* Returns hob_server_options.router. */
const hob_router *hob_request_router(const hob_request *req);

/*
 * Sets the pattern of the request's route, which must live as long as the server; NULL means none.
 * Also sets a pointer to the router's result, for hob_request_match(), which is NULL at first and
 * once the server's handler has returned. To replace one that is not NULL ends the process with a
 * message: a middleware that changes the route would break its router.
 */
void hob_request_set_route(hob_request *req, const char *pattern, void *match);
void *hob_request_match(const hob_request *req);

/*
 * From now on a client that leaves does not cancel the handler: for work that must be finished
 * once it was begun. A server that stops does, at the end of its grace.
 */
void hob_request_finish_anyway(hob_request *req);

/*
 * Keeps one of the process's descriptors free for this request, until its handler has returned: the
 * server then accepts one client less. For handlers that keep a file or a connection open for as
 * long as a client takes to receive the response. To be called in the coroutine of the request.
 * Returns 0 or -ENOMEM.
 */
int hob_request_reserve_descriptor(hob_request *req);

/* Limits of this request in place of the server's, for handlers and middleware. */

/* Bytes of the body, in place of hob_server_options.body_limit. 0 is the server's again. */
void hob_request_set_body_limit(hob_request *req, size_t bytes);

/*
 * Seconds until the handler has replied, from now on, in place of
 * hob_server_options.handler_timeout. INFINITY is no limit. A deadline that the handler has set
 * itself stays. To be called in the coroutine of the request, before the reply and outside of
 * hob_shield().
 */
void hob_request_set_timeout(hob_request *req, double seconds);

/*
 * Compares the conditions of a request, such as If-None-Match, with the current version of the
 * content (RFC 9110 section 13). `current` is NULL if there is no content yet: "If-Match: *" fails
 * then, and "If-None-Match: *" does not. Returns the status that they lead to:
 *
 *  200  carry out the request
 *  304  the client has this version, or one that is as new: reply without content
 *  412  the client wants another version, or to a method other than GET and HEAD, another state
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
 * Finds the parts of `size` bytes of content that a request asks for: the ranges of its Range, if
 * it is a GET and the version of its If-Range is the current one (RFC 9110 sections 13.1.5 and 14).
 * A date in If-Range does not count for content that has changed less than 2 seconds ago, or whose
 * etag is weak. Ranges that overlap or adjoin become one. Returns the status that they lead to:
 *
 *  200  send all of the content: *ranges is empty
 *  206  send the parts in *ranges; of several, as multipart/byteranges or all of the content
 *  416  all ranges lie beyond the end: *ranges is empty
 */
int hob_request_ranges(
    hob_request *req, const hob_validators *current, uint64_t size, hob_ranges *ranges);

/*
 * Reads up to size bytes of the body, waiting until there are any. Returns how many, or 0 when
 * the body is complete. A client that expects "100 Continue" gets it when the body is first read
 * (RFC 9110 section 10.1.1).
 *
 * The server reads and drops what a handler does not read. If more than 64 KiB are left, or if the
 * body is chunked and its end had not been received when the response began, the response says
 * "Connection: close" instead.
 *
 * Returns -EINVAL if the body's framing is broken, -EMSGSIZE if the body is larger than the
 * server's body_limit, -ECONNRESET if the client left in the middle of it, -ETIMEDOUT after the
 * server's body_timeout, or -ECANCELED or -ETIMEDOUT as every await.
 */
int hob_body_read(hob_request *req, void *data, size_t size);

/*
 * Reads all of the body that has not been read yet. Sets *data to the bytes, followed by a NUL, and
 * *size to their number without it. They belong to the request, as its strings do. Returns 0,
 * -EMSGSIZE if there are more than `limit` bytes or the server's body_limit, -ENOMEM, or what
 * hob_body_read() returns; then *data is NULL.
 */
int hob_body_all(hob_request *req, size_t limit, const char **data, size_t *size);

/*
 * The response. The first reply wins; it is sent when the handler waits or returns, or at once if
 * its content is large. All return 0, -EALREADY if there was a reply already, or -ENOMEM.
 */

/*
 * Adds a header to the reply. A header that is added after the reply is not sent, which the log
 * says. Returns also
 * -EINVAL if name is not a token (RFC 9110 section 5.6.2), if value has control characters in it,
 * such as a line break, or if it is a header that the server writes itself: Connection,
 * Content-Length, Content-Type, Date, Server, Transfer-Encoding, X-Request-Id.
 */
int hob_response_add_header(hob_response *res, const char *name, const char *value);

/* The same in place of all headers of this name. A NULL value only removes them. */
int hob_response_set_header(hob_response *res, const char *name, const char *value);

/*
 * The value of the first header of this name that was added. NULL if there is none. Valid until the
 * next header is added or set.
 */
const char *hob_response_header(const hob_response *res, const char *name);

/*
 * Sets the headers ETag and Last-Modified, each if the version has it. Dates in the future are left
 * out (RFC 9110 section 8.8.2.1). Returns as hob_response_add_header().
 */
int hob_response_set_validators(hob_response *res, const hob_validators *current);

/* The status of the reply; 0 before there is one. */
int hob_response_status(const hob_response *res);

/* Bytes of content that were sent, or are in the output buffer; 0 before the reply. */
uint64_t hob_response_sent(const hob_response *res);

/*
 * Hooks of the head, for middleware: headers that depend on the reply.
 *
 *     static void forbid_caching_of_errors(void *arg, hob_response *res, const hob_head *head)
 *     {
 *         if (head->status >= 400)
 *             hob_response_set_header(res, "Cache-Control", "no-store");
 *     }
 */

/* The length of a response whose content is made while it is sent. */
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
 * Has hook(arg, ...) called by the reply, before its head is sent: by every reply, including
 * streams, files and the server's own replies to errors of the handler. The hook that was added
 * last is called first. The reply of the server for a handler that is 1 second late calls none.
 *
 * arg must live until the server's handler has returned: a local variable ends the process with a
 * message. Use hob_alloc(). To be called in the coroutine of the request. Returns 0, -EALREADY or
 * -ENOMEM.
 */
int hob_response_before_head(hob_response *res, hob_head_hook *hook, void *arg);

/*
 * Replies with a status (200 to 599, else -EINVAL), the type of the content, and size bytes of
 * content, which are copied. To HEAD, and with status 204, 205 and 304, the content is not sent.
 */
int hob_reply(
    hob_response *res, int status, const char *content_type, const void *content, size_t size);

/* The same for a string of text, as HOB_TEXT. */
int hob_reply_text(hob_response *res, int status, const char *text);

/* The same for a string of JSON, as HOB_JSON. It is not checked. */
int hob_reply_json(hob_response *res, int status, const char *json);

/*
 * Replies with content as printf would format it. To be used with a literal as format: text of a
 * client in HTML needs hob_html_escape(), and "%g" and "%f" follow the locale: HOB_NUMBER() of
 * hob/text.h does not. Returns also -EINVAL if printf(3) fails.
 *
 *     return hob_reply_printf(res, 201, HOB_JSON, "{\"id\":%u}\n", order->id);
 */
int hob_reply_printf(
    hob_response *res, int status, const char *content_type, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/*
 * Redirects the client to a location, a URL or a path, which is sent as it is (RFC 9110 section
 * 10.2.2): status 301 or 308 for ever, 302 or 307 for now, 303 to GET after a POST; others return
 * -EINVAL. Clients repeat the method with 307 and 308, and use GET with 303. Do not pass on what a
 * client has sent: "//other.example" is a path to the eye, and leads to another host.
 */
int hob_redirect(hob_response *res, int status, const char *location);

/*
 * Replies with an error, status 400 to 599, by the server's error_page. Without one the client gets
 * the reason phrase and the detail, unless that is NULL: as text, "404 Not Found: no such order",
 * or as "application/problem+json" (RFC 9457) if its Accept prefers JSON to text:
 *
 *     {"status":404,"title":"Not Found","detail":"no such order"}
 *
 * The detail is UTF-8. What exceeds about 200 bytes is cut.
 */
int hob_reply_error(hob_response *res, int status, const char *detail);

/*
 * A stream is a response whose content is made while it is sent. It ends when the handler returns.
 * If the handler returns an error, the stream ends in a way by which the client notices that
 * content is missing.
 *
 *     int err = hob_stream(res, 200, "text/csv");
 *     while (err == 0 && next_line(&line))
 *         err = hob_send(res, line.text, line.length);
 *     return err;
 */

/*
 * Begins a stream, as hob_reply() begins a reply. The server's handler_timeout ends here: a
 * stream may last as long as its client reads. Returns also -EINVAL for a status that has no
 * content (204, 205, 304). HTTP/1.1 gets chunks, HTTP/1.0 a connection that closes at the end.
 *
 * Returns -EPIPE if the request is HEAD, which a router gives to the handler of GET (RFC 9110
 * section 9.3.2): the response is complete with its head. The handler's result has no effect
 * then.
 */
int hob_stream(hob_response *res, int status, const char *content_type);

/*
 * The same for content of `length` bytes, which the response announces as Content-Length. The
 * handler must send exactly that many: if it returns before, the server closes the connection, by
 * which the client notices that some are missing. HOB_LENGTH_UNKNOWN is the same as hob_stream().
 */
int hob_stream_sized(hob_response *res, int status, const char *content_type, uint64_t length);

/*
 * Sends `size` bytes of the stream's content; 0 bytes have no effect. They are sent when the
 * handler waits or returns. While 64 KiB wait for a slow client this call waits, so a connection
 * never holds more than 80 KiB of output.
 *
 * Returns 0, -EINVAL if there is no stream or if it would have more bytes than were announced,
 * -ENOMEM, -EPIPE if the client has left, has taken nothing for the server's write_timeout or has
 * sent HEAD, -ECANCELED or -ETIMEDOUT.
 */
int hob_send(hob_response *res, const void *data, size_t size);

/*
 * Begins a stream of server-sent events: status 200, type "text/event-stream" (WHATWG HTML section
 * 9.2), with two headers that make each event arrive at once: "Cache-Control: no-store", and
 * "X-Accel-Buffering: no", by which nginx passes the stream on without buffering it. Headers can be
 * added before. Returns as hob_stream().
 *
 * A browser connects again when the stream ends, after a time of its own choice (Firefox 5 s,
 * Chromium 3 s). The stream can set it, in milliseconds: hob_send(res, "retry: 500\n\n", 12).
 */
int hob_event_stream(hob_response *res);

/*
 * Sends an event of a stream that hob_event_stream() has begun. id and name may be NULL. The data
 * may have several lines. Returns as hob_send(), and -EINVAL if there is a carriage return in any
 * of them, or a line break in id or name.
 */
int hob_event(hob_response *res, const char *id, const char *name, const char *data);

#ifdef __cplusplus
}
#endif

#endif
