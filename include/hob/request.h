/*
 * hob/request.h: the request that a handler answers: its head, values and body.
 *
 * Strings belong to the request and stay valid until its handler returns. NULL always means that
 * the client has not sent this part: the server allocates the memory of all of these strings before
 * it calls the handler, or replies with 503. Functions that allocate a result return 1, 0 if the
 * part is absent, or -ENOMEM. Call all functions on the thread that runs the server, until the
 * handler has returned.
 */
#ifndef HOB_REQUEST_H
#define HOB_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hob/http.h"
#include "hob/net.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hob_request hob_request; /* the request of a client; belongs to the server */
typedef struct hob_server hob_server;   /* accepts clients and serves them: see hob/server.h */
typedef struct hob_router hob_router;   /* finds handlers: see hob/router.h */

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
 * Returns "HTTP/2.0", "HTTP/1.0", or "HTTP/1.1" for any later minor version (RFC 9110 section 2.5).
 * For an observer it may be "", if the request line was incomplete.
 */
const char *hob_request_protocol(const hob_request *req);

/*
 * Writes the address of the client: "127.0.0.1:50000", "[::1]:50000", or "unix:" for a client of a
 * unix socket. An IPv4 client of an IPv6 socket has its IPv4 address. Behind a proxy this is the
 * proxy, unless that sends the header of the PROXY protocol (hob_server_options.proxy_protocol):
 * see hob_request_client() of hob/forwarded.h. Returns 0, or -ENOSPC if `size` bytes are too few:
 * HOB_PEER_SIZE of hob/address.h suffices.
 */
int hob_request_peer(const hob_request *req, char *text, size_t size);

/*
 * Describes the TLS of the client's connection; the strings are valid as long as those of the
 * request. Behind a proxy this is the proxy's connection: see hob_request_scheme() of
 * hob/forwarded.h. If the header of the PROXY protocol says that the client has connected to the
 * proxy by TLS (PP2_TYPE_SSL), version and cipher are "". Returns false without TLS.
 */
bool hob_request_tls(const hob_request *req, hob_tls_info *info);

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
 * Returns the same path as the client has sent it, not normalised, to pass it on to another server.
 * Decide about requests by hob_request_path(): different spellings of one path have the same
 * meaning.
 */
const char *hob_request_raw_path(hob_request *req);

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
 * has "Connection: close" instead. Over HTTP/2 the server drops the rest for the linger_timeout,
 * and then resets the stream with NO_ERROR.
 *
 * Returns -EINVAL if the body's framing is broken, -EMSGSIZE if the body is larger than the
 * server's body_limit, -ECONNRESET if the client left in the middle of it, -ETIMEDOUT after the
 * server's body_timeout, or -ECANCELED or -ETIMEDOUT like every await.
 */
int hob_body_read(hob_request *req, void *data, size_t size);

/*
 * Reads the rest of the body. Sets *data to the bytes, followed by a NUL, and *size to their number
 * without it. They belong to the request, like its strings. Returns 0, -EMSGSIZE if there are more
 * than `limit` bytes or the server's body_limit, -ENOMEM, or an error of hob_body_read(); then
 * *data is NULL.
 */
int hob_body_all(hob_request *req, size_t limit, const char **data, size_t *size);

/*
 * Trailers are fields behind the body (RFC 9110 section 6.5), such as a checksum of it: of a
 * chunked body over HTTP/1.1, and of any body over HTTP/2. The server does not merge them with the
 * headers. They may have as many bytes as the server's head_limit, and as many fields as its
 * header_limit: above that hob_body_read() returns -EINVAL, and the reply of the server has status
 * 431. Trailers of a body that no handler reads are dropped.
 *
 * Returns the value of the first trailer of this name, in upper or lower case; NULL if there is
 * none, before hob_body_read() has returned 0, and to observers. Valid until the handler returns.
 */
const char *hob_request_trailer(const hob_request *req, const char *name);

/* Goes through all trailers in their order: see hob_request_next_header(). */
bool hob_request_next_trailer(const hob_request *req, size_t *position, hob_header *trailer);

/*
 * Whether the client takes trailers of the response: its TE has "trailers" (RFC 9110 section
 * 10.1.4).
 */
bool hob_request_takes_trailers(hob_request *req);

#ifdef __cplusplus
}
#endif

#endif
