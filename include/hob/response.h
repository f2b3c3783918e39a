/*
 * hob/response.h: the response of a handler: replies, headers and streams.
 *
 * Only the first reply has effect; it is sent when the handler waits or returns, or at once if its
 * content is large. Unless their comment says otherwise, functions return 0, -EALREADY if there was
 * a reply already, or -ENOMEM. Call them on the thread that runs the server, until the handler has
 * returned.
 */
#ifndef HOB_RESPONSE_H
#define HOB_RESPONSE_H

#include <stddef.h>
#include <stdint.h>

#include "hob/http.h"
#include "hob/runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hob_response hob_response; /* of a request; belongs to the server */

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
 * content (204, 205, 304). HTTP/2 and HTTP/1.1 show the end, by the last frame or chunk; HTTP/1.0
 * closes the connection.
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
 * Adds a trailer to a stream (RFC 9110 section 6.5), which is sent behind the content when the
 * handler returns: over HTTP/2, and over HTTP/1.1 for a stream without a known length. It is
 * dropped if the client does not take trailers (hob_request_takes_trailers()), as most do not.
 * "Trailer" (RFC 9110 section 6.6.2) is an ordinary header, which can announce the names before
 * the stream begins.
 *
 * Returns 0, -EINVAL if there is no stream, if the value contains control characters, or if the
 * name is not a token or one that must not be a trailer (RFC 9110 section 6.5.1): of framing,
 * routing, conditions, authentication, cookies, control data and the coding of the content; or
 * -ENOMEM. Call it in the coroutine of the request.
 */
int hob_response_add_trailer(hob_response *res, const char *name, const char *value);

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

/*
 * Formats the same event once, for hob_send() to several clients. Sets *event to its bytes: free
 * them with hob_bytes_free(). May be called anywhere. Returns 0, -EINVAL as above or -ENOMEM; then
 * *event has no bytes.
 */
int hob_event_text(const char *id, const char *name, const char *data, hob_bytes *event);

#ifdef __cplusplus
}
#endif

#endif
