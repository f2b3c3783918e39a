/*
 * hob/testing.h: calls of handlers in tests, without a server or a socket.
 *
 *     hob_test_reply *reply = hob_test_routes(routes, "GET /hello", NULL);
 *     assert(reply->status == 200 && strcmp(reply->content, "hello\n") == 0);
 *     hob_test_reply_free(reply);
 *
 * Only the parser of HTTP/1.1 and the connection are absent. The router, middleware, deadlines,
 * limits of the body, error replies and observers are those of a server. The functions may be
 * called in a coroutine or outside of one, and in virtual time, for which this includes
 * hob/virtual_time.h.
 */
#ifndef HOB_TESTING_H
#define HOB_TESTING_H

#include <stdbool.h>
#include <stddef.h>

#include "hob/router.h"
#include "hob/server.h"
#include "hob/virtual_time.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The parts of a request besides its method and target. All may be left out. */
typedef struct {
    /*
     * One header a line: "Accept: text/html\nCookie: a=b". NULL is none. A missing Host is added,
     * and Content-Length for a body without Transfer-Encoding.
     */
    const char *headers;
    const char *trailers;    /* the same for hob_request_trailer(); NULL is none */
    const void *body;        /* NULL is none */
    size_t body_size;        /* bytes; 0, or left out, for a body that is a string */
    size_t piece_size;       /* bytes of the body that arrive together; 0, or left out, for all */
    double piece_delay;      /* seconds until each of these pieces arrives */
    double leaves;           /* seconds after which the client leaves; 0, or left out: it stays */
    double stops;            /* seconds after which the server begins to stop; 0: it does not */
    const char *peer;        /* see hob_request_peer(); NULL is "127.0.0.1:50000" */
    const hob_tls_info *tls; /* see hob_request_tls(); NULL is a connection without TLS */

    hob_observer *observer; /* see hob_server_observe(); NULL is none */
    void *observer_context; /* the context of its calls */
} hob_test_input;

/* The response to such a request. */
typedef struct {
    int result;               /* the handler's result; -EIO if it returned >= 0 without a reply */
    int status;               /* 0 if there was no response, as for -ECANCELED */
    const char *content_type; /* NULL if there is none */
    const char *content;      /* the whole content, also of a stream, with a NUL behind it */
    size_t size;              /* bytes of the content */
    bool whole;               /* false if the end of the content is missing */
} hob_test_reply;

/*
 * Calls the handler for one request, like a server with these options; options about sockets,
 * clients and connections have no effect. The line is the method and target of the request:
 * "GET /orders?a=b". The input may be NULL. Returns when the handler has returned; the caller frees
 * the reply.
 *
 *     const hob_server_options options = {.handler = take_order, .context = &shop};
 *     hob_test_reply *reply = hob_test_request(&options, "POST /orders", &(hob_test_input){
 *         .headers = "Content-Type: application/json", .body = "{}"});
 *
 * The target is normalised, or refused with status 400, like that of any request. The process ends
 * with a message when out of memory, or if the line, a header or an option is not valid.
 */
hob_test_reply *
hob_test_request(const hob_server_options *options, const char *line, const hob_test_input *input);

/*
 * The same for a server with these routes, an array that ends with {0}, and default options:
 *
 *     const hob_route routes[] = {HOB_ROUTE("POST /orders", take_order, &shop), {0}};
 *     hob_test_reply *reply = hob_test_routes(routes, "POST /orders", NULL);
 */
hob_test_reply *
hob_test_routes(const hob_route *routes, const char *line, const hob_test_input *input);

/*
 * Returns the value of the first header of this name, in upper or lower case, or NULL. The reply
 * has no Date, no Server and no headers of an HTTP/1.1 connection. Valid until the reply is freed.
 */
const char *hob_test_header(const hob_test_reply *reply, const char *name);

/* The same for the trailers of the response, which it has if the request says "TE: trailers". */
const char *hob_test_trailer(const hob_test_reply *reply, const char *name);

/* NULL is ignored. */
void hob_test_reply_free(hob_test_reply *reply);

#ifdef __cplusplus
}
#endif

#endif
