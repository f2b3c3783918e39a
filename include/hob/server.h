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

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hob_server hob_server;
typedef struct hob_request hob_request;   /* what a client asked for; the server's */
typedef struct hob_response hob_response; /* what it gets; the server's */

/*
 * Answers one request, with one of the hob_reply functions. Returns >= 0, or a negative errno: if
 * nothing was replied by then, the client gets a status that fits the error, with a line of text:
 * -EINVAL 400, -ENOENT 404, -EMSGSIZE 413, -ETIMEDOUT 504, any other 500. -ECANCELED gets no
 * reply: the client has left or the server is being stopped.
 *
 * When the client leaves while a handler waits, the handler's awaits return -ECANCELED. A client
 * that closes only its sending side counts as one that has left.
 */
typedef int hob_handler(hob_request *req, hob_response *res);

typedef struct {
    const char *host;     /* an IPv4 or IPv6 address; NULL is "127.0.0.1" */
    uint16_t port;        /* 0 lets the system pick a free one: see hob_server_url() */
    hob_handler *handler; /* answers every request */
    void *context;        /* for the handler: see hob_request_context() */
    double grace;         /* seconds that requests in progress get when the server stops */
    bool handle_signals;  /* SIGINT and SIGTERM stop the server, a second one at once */
} hob_server_options;

/*
 * Makes a server that is bound to its port and listens: clients can connect from now on, and are
 * served once hob_server_run() runs. The options are copied, but for what context points to. If the
 * server is to handle signals, they are held back on this thread until it runs.
 *
 * Returns 0 and sets *server, or -EINVAL if host is not an address, or what socket(7), bind(2)
 * and listen(2) failed with: -EADDRINUSE if the port is taken, -EACCES if it is privileged,
 * -EADDRNOTAVAIL if the host is not an address of this machine.
 */
int hob_server_open(const hob_server_options *options, hob_server **server);

/* The URL that the server really listens on, such as "http://127.0.0.1:8080/". The server's. */
const char *hob_server_url(const hob_server *server);

/*
 * Serves until hob_server_stop(), or a signal if the server handles them. Then it takes no new
 * connections, closes the idle ones, lets handlers in progress finish for as long as the grace
 * lasts, cancels those that have not, and returns 0. Called in a coroutine, or as one:
 *
 *     hob_block_on(hob_server_run, server);
 *
 * Returns -ECANCELED if its coroutine was cancelled; requests in progress are cancelled then.
 */
int hob_server_run(void *server);

/* Makes hob_server_run() return as told there. May be called from a handler. */
void hob_server_stop(hob_server *server);

/* Closes the port and frees the server, which must not be running. NULL is ignored. */
void hob_server_close(hob_server *server);

/*
 * The request. Strings belong to the request and stay valid until its handler returns. They are
 * NULL, too, when there is no memory to keep them in.
 */

/* What hob_server_options.context was set to. */
void *hob_request_context(const hob_request *req);

/* The method as sent, such as "GET" (RFC 9110 section 9). */
const char *hob_request_method(const hob_request *req);

/* The path of the target as sent, not decoded and without the query; begins with "/" or is "*". */
const char *hob_request_path(hob_request *req);

/* What follows the first "?" of the target, not decoded; NULL if there is none. */
const char *hob_request_query(hob_request *req);

/* The value of the first header of this name, in any case of letters; NULL if there is none. */
const char *hob_request_header(hob_request *req, const char *name);

/*
 * Reads up to size bytes of the body, waiting until there are any. Returns how many, or 0 when
 * the body is complete. What a handler does not read the server reads and drops.
 *
 * Returns -EINVAL if the body's framing is broken, -ECONNRESET if the client left in the middle
 * of it, -ECANCELED if the coroutine was cancelled.
 */
int hob_body_read(hob_request *req, void *data, size_t size);

/*
 * The response. The first reply wins; it is sent when the handler waits or returns. All return 0,
 * -EALREADY if there was a reply already, or -ENOMEM.
 */

/*
 * Adds a header to the reply that comes later. Returns also -EINVAL if name is not a token (RFC
 * 9110 section 5.6.2), if value has control characters in it, such as a line break, or if it is a
 * header that the server writes itself: Connection, Content-Length, Content-Type, Date, Server,
 * Transfer-Encoding.
 */
int hob_response_header(hob_response *res, const char *name, const char *value);

/*
 * Replies with a status (200 to 599, else -EINVAL), the type of the content, and size bytes of
 * content, which are copied. To HEAD, and with status 204 and 304, the content is not sent.
 */
int hob_reply(
    hob_response *res, int status, const char *content_type, const void *content, size_t size);

/* The same for a string of text, as "text/plain; charset=utf-8". */
int hob_reply_text(hob_response *res, int status, const char *text);

#ifdef __cplusplus
}
#endif

#endif
