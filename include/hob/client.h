/*
 * hob/client.h: an HTTP/1.1 client. A fetch is an await: the coroutine continues when the head of
 * the response is there, and reads the body when it wants to.
 *
 *     hob_fetched *price = NULL;
 *     int err = hob_fetch(client, "http://market/tea", &price);
 *     if (err < 0)
 *         return err;
 *
 * A client keeps connections open for the next request of the same origin (scheme, host and port).
 * It belongs to one loop: all functions are called from coroutines of that loop, but for those that
 * make and free the client, which may also be called outside. Results are >= 0 or a negative errno;
 * hob_fetch_error() has the text. A deadline (hob_deadline()) and a cancellation end each call that
 * waits; the connection is closed then.
 */
#ifndef HOB_CLIENT_H
#define HOB_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hob/http.h"
#include "hob/net.h"
#include "hob/runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A client: sends requests and keeps a pool of connections. */
typedef struct hob_client hob_client;

/* A response: its head, and its body as far as it was received. */
typedef struct hob_fetched hob_fetched;

/* Content codings, such as gzip (hob/codings.h). */
typedef struct hob_codings hob_codings;

/* The options of a client. 0 selects the default, given in parentheses. Times are in seconds. */
typedef struct {
    double connect_timeout; /* to connect, with the look-up and TLS (10) */
    double head_timeout;    /* from the request to the end of the response's head (30) */
    double read_timeout;    /* for the next bytes of a body (30) */
    /*
     * How long an idle connection is kept for the next request (4). It must be shorter than the
     * time-out of the server, which otherwise may close the connection just when a request is sent.
     * If a server announces a shorter time (Keep-Alive: timeout=), that time less one second is
     * used. A negative time keeps no connections. A timer closes connections that have been idle
     * for longer; its period is half this time, but at most a minute.
     */
    double idle_timeout;

    size_t origin_connections; /* to one origin; further fetches wait in FIFO order (64) */
    size_t connections;        /* to all origins, idle ones included (256) */

    size_t head_limit;    /* bytes of a response's status line and header fields (16 KiB) */
    size_t header_limit;  /* header fields of a response (100) */
    size_t interim_limit; /* responses with status 1xx before the final one (32) */
    size_t body_limit;    /* bytes of a body that is read as a whole, decoded (1 MiB) */
    /*
     * How many bytes a coding may decode from each byte of input, once it has decoded more than
     * body_limit (200): a few bytes of input can decode to endless content.
     */
    size_t decoded_ratio;
    int redirects; /* how many are followed; negative is none (10) */

    /*
     * How often a request is sent again when a failure may pass (0): when no connection could be
     * made; and if the method is idempotent and the body is not from a source, when a connection
     * ended before the response, and for status 429, 502, 503 and 504. A client has a budget of 10
     * retries; each retry takes one, and 10 requests add one. If the next retry would begin after
     * the deadline of the coroutine, the last failure is returned at once.
     */
    int retries;
    /*
     * Seconds before the first retry, doubled for each further one, less a random part of up to
     * half of it (0.1). If the response has Retry-After, the client waits at least that long.
     */
    double retry_delay;

    /*
     * The proxies for http and for https URLs, such as "http://proxy:3128" or
     * "http://user:password@proxy:3128", with user and password percent-encoded. The client sends
     * requests for http URLs to the proxy, and opens a tunnel through it for https URLs (CONNECT,
     * RFC 9110 section 9.3.6): TLS is between the client and the server of the URL, and the proxy
     * itself is connected to without TLS. "" is none. By default, NULL, they are the values of the
     * environment variables http_proxy, and https_proxy or HTTPS_PROXY. HTTP_PROXY is ignored: in a
     * CGI program, its value is the header Proxy of a request, which any client can send.
     *
     * The proxies are not used for loopback addresses, for requests with an `address`, and for the
     * hosts and domains in the variable no_proxy or NO_PROXY, such as "market,.example".
     */
    const char *http_proxy;
    const char *https_proxy; /* for https URLs */
    bool no_proxy;           /* ignores these variables of the environment */

    hob_tls *tls; /* for https (hob/tls.h), used by the client; NULL refuses https URLs */
    /*
     * The content codings that requests accept (Accept-Encoding) and the client decodes
     * (hob/codings.h). They must outlive the client. NULL is none. A request with its own header
     * Accept-Encoding or Range accepts none of them, and its response is not decoded.
     */
    const hob_codings *codings;
    hob_resolver *resolver; /* for names, used by the client; NULL is one of the loop's own */
    const char *user_agent; /* the field User-Agent; "" is none ("hob") */
} hob_client_options;

/*
 * Makes a client. The options, which may be NULL, are copied with the strings. May be called
 * outside of a loop. Returns 0, -ENOMEM, -EINVAL if user_agent is not a field value or a proxy's
 * URL cannot be used, or -ERANGE if a time is not a number, a time other than idle_timeout is
 * negative, or head_limit is less than 64. The log says which option is wrong.
 */
int hob_client_new(const hob_client_options *options, hob_client **client);

/* Closes idle connections and frees the client. No fetch may be in progress. NULL is ignored. */
void hob_client_free(hob_client *client);

/* Closes the connections that no fetch uses now. */
void hob_client_close_idle(hob_client *client);

/* The numbers of a client. */
typedef struct {
    size_t open;       /* connections, idle ones included */
    size_t idle;       /* connections that no fetch uses */
    uint64_t connects; /* connections that were opened since the client was made */
    uint64_t requests; /* requests that were sent since then, repeated ones included */
} hob_client_counts;

/* Writes the numbers of the client. */
void hob_client_count(const hob_client *client, hob_client_counts *counts);

/*
 * Called with a response of status 1xx, such as 103 Early Hints (RFC 8297), before the final one,
 * and with hob_fetch_request.context. Its status and fields can be read until the function returns.
 * It must not wait.
 */
typedef void hob_fetch_interim(void *context, const hob_fetched *interim);

/*
 * Writes the next bytes of a request's body, up to `size`, to `data`. Returns how many, 0 at the
 * end, or a negative errno, which the fetch then returns. Called in the coroutine that fetches,
 * with hob_fetch_request.context; it may wait.
 */
typedef int hob_fetch_source(void *context, void *data, size_t size);

/*
 * Returns NULL if a request can have this URL, or else the rule that it breaks, such as "it has no
 * valid host". May be called outside of a loop, as when options are read.
 */
const char *hob_url_check(const char *url);

/* A request. All but the URL may be 0. Strings are used until the fetch returns. */
typedef struct {
    const char *url;    /* http[s]://HOST[:PORT][/PATH][?QUERY], percent-encoded */
    const char *method; /* NULL is GET */
    /*
     * Fields to send, ended by one without a name. Host and User-Agent replace what the client
     * sends itself, and an empty User-Agent sends none. Those that frame the message or control the
     * connection are refused: Content-Length, Transfer-Encoding, Connection, Keep-Alive,
     * Proxy-Connection, TE, Trailer, Upgrade and Expect.
     */
    const hob_header *headers;

    const void *body;         /* a body in memory */
    size_t body_size;         /* bytes of it */
    hob_fetch_source *source; /* or else a function that writes the body piece by piece */
    bool source_has_length;   /* source_length counts; else the body is sent chunked */
    uint64_t source_length;   /* bytes that the source writes; more or fewer are -EINVAL */

    bool takes_trailers; /* asks for trailers: see hob_fetched_trailer() */

    hob_fetch_interim *interim; /* gets responses with status 1xx; NULL ignores them */
    void *context;              /* of interim and source; must live until the fetch returns */

    /*
     * Where to connect instead of the URL's host, as hob_connect() takes it: "unix:/run/x.sock" or
     * "192.0.2.1:80". NULL is the URL's host. A certificate must have the name in the URL.
     */
    const char *address;

    /*
     * The target of the request line (RFC 9112 section 3.2) in place of the URL's path and query:
     * "*" or what begins with "/". It is sent as it is. NULL is that of the URL. A request with a
     * target follows no redirects, and its response is not decoded, as a proxy needs it.
     */
    const char *target;
} hob_fetch_request;

/*
 * Sends a GET request, follows redirects, and waits for the head of the response. Any status is a
 * success. Returns 0 and sets *fetched, or a negative errno and sets it to NULL: -EINVAL if the URL
 * or something else of the request is wrong, when nothing was sent; -ENOTSUP for https without
 * hob_client_options.tls; what hob_connect() fails with; -ECONNREFUSED if a proxy refuses to open a
 * tunnel: the text has its status;
 * -ECONNRESET or -EPIPE if the connection has ended before the head; -EPROTO if the response breaks
 * a rule of HTTP; -EOVERFLOW if it exceeds a limit; -ELOOP after too many redirects; -ETIMEDOUT,
 * -ECANCELED or -ENOMEM.
 *
 * The response belongs to the coroutine that has fetched it: it is freed when the function of that
 * coroutine returns, in a handler when the handler returns, or before by hob_fetched_close().
 */
int hob_fetch(hob_client *client, const char *url, hob_fetched **fetched);

/*
 * The same with a request of any kind. When a kept connection ends before the first byte of a
 * response, the server may have closed it while the request was on its way: the request is sent
 * once more, on a new connection, if its method is idempotent (RFC 9110 section 9.2.2) and its body
 * is not from a source.
 */
int hob_fetch_with(hob_client *client, const hob_fetch_request *request, hob_fetched **fetched);

/*
 * Returns a description of the last failed call on this client:
 * "GET http://market/tea: connecting to market:80: Connection refused". It omits the query, which
 * may contain secrets. Belongs to the client; valid until the calling coroutine waits or calls the
 * client again.
 */
const char *hob_fetch_error(const hob_client *client);

/* Returns the status, such as 200. */
int hob_fetched_status(const hob_fetched *fetched);

/* Returns the version of the response: "HTTP/1.0", or "HTTP/1.1" for any later minor version. */
const char *hob_fetched_protocol(const hob_fetched *fetched);

/* Returns the URL of the response, after redirects. */
const char *hob_fetched_url(const hob_fetched *fetched);

/* Returns the value of the first header field of this name, in upper or lower case, or NULL. */
const char *hob_fetched_header(const hob_fetched *fetched, const char *name);

/*
 * Goes through all header fields in their order. *position begins as 0. Returns false when there is
 * none left. Content-Encoding and Content-Length are about the encoded body: if the client decodes
 * it, they are left out, here and in hob_fetched_header().
 */
bool hob_fetched_next_header(const hob_fetched *fetched, size_t *position, hob_header *header);

/*
 * Waits for the next bytes of the body, and reads up to `size`, which is at least 1. Returns how
 * many, 0 at the end, or a negative errno as hob_fetch() does: -EPROTO if the body ends early, if
 * its content coding is invalid, or if bytes follow the end of the coding; -EOVERFLOW if it exceeds
 * decoded_ratio. While the body is not read, TCP
 * slows the server down.
 */
int hob_fetched_read(hob_fetched *fetched, void *data, size_t size);

/*
 * Returns the value of the first trailer of this name, in upper or lower case: a field behind a
 * chunked body (RFC 9110 section 6.5), such as a checksum of it. Many servers send trailers only if
 * the request has takes_trailers, which sends "TE: trailers" (RFC 9110 section 10.1.4). They are
 * not merged with the header fields, and their limits are the same. NULL if there is none, and
 * before hob_fetched_read() has returned 0.
 */
const char *hob_fetched_trailer(const hob_fetched *fetched, const char *name);

/* Goes through all trailers in their order: see hob_fetched_next_header(). */
bool hob_fetched_next_trailer(const hob_fetched *fetched, size_t *position, hob_header *trailer);

/*
 * Reads what is left of the body. Returns 0 and sets *body, for hob_bytes_free(); or a negative
 * errno, -EOVERFLOW if it is larger than the client's body_limit, and sets it to no bytes.
 */
int hob_fetched_body(hob_fetched *fetched, hob_bytes *body);

/*
 * Ends a response early, and frees it. A connection whose body was not read to its end is closed.
 * NULL is ignored.
 */
void hob_fetched_close(hob_fetched *fetched);

/*
 * Fetches a body as text, of a response with a status of success (2xx); -EPROTO is any other. Free
 * *text with hob_bytes_free().
 */
int hob_fetch_text(hob_client *client, const char *url, hob_bytes *text);

/* The same for JSON: asks for it (Accept), and expects its Content-Type, or one with +json. */
int hob_fetch_json(hob_client *client, const char *url, hob_bytes *json);

#ifdef __cplusplus
}
#endif

#endif
