/*
 * hob/testing.h: tests call handlers without a server or a socket.
 *
 *     hob_test_reply *reply = hob_test_routes(routes, "GET /hello", NULL);
 *     assert(reply->status == 200 && strcmp(reply->content, "hello\n") == 0);
 *     hob_test_reply_free(reply);
 *
 * Everything between the parser of HTTP/1.1 and the connection is the same as in a server that
 * runs: the router, middleware, deadlines, limits of the body, error replies and observers. The
 * functions may be called in a coroutine or outside of one, and in virtual time, for which this
 * includes hob/virtual_time.h.
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
     * One header a line: "Accept: text/html\nCookie: a=b". NULL is none. Host is added unless it is
     * there, and so is Content-Length if there is a body, unless there is a Transfer-Encoding.
     */
    const char *headers;
    const void *body;   /* NULL is none */
    size_t body_size;   /* bytes; 0, or left out, for a body that is a string */
    size_t piece_size;  /* bytes of the body that arrive together; 0, or left out, for all */
    double piece_delay; /* seconds until each of these pieces arrives */
    double leaves;      /* seconds after which the client leaves; 0, or left out: it stays */
    double stops;       /* seconds after which the server begins to stop; 0: it does not */
    const char *peer;   /* see hob_request_peer(); NULL is "127.0.0.1:50000" */

    hob_observer *observer; /* is called as hob_server_observe() describes; NULL is none */
    void *observer_context; /* what it is called with */
} hob_test_input;

/* The response to such a request. */
typedef struct {
    int result; /* what the handler returned; -EIO if it returned >= 0 without a reply */
    int status; /* 0 if there was no response, as for -ECANCELED */
    const char *content_type; /* NULL if there is none */
    const char *content;      /* all of it, also that of a stream; ended by NUL */
    size_t size;              /* bytes of the content */
    bool whole; /* false if a client would see that the end of the content is missing */
} hob_test_reply;

/*
 * Has a server with these options, of which those about sockets, clients and connections have no
 * effect, answer one request. The line is the method and target of the request: "GET /orders?a=b".
 * The input may be NULL. Returns when the handler has returned; the caller frees the reply.
 *
 *     const hob_server_options options = {.handler = take_order, .context = &shop};
 *     hob_test_reply *reply = hob_test_request(&options, "POST /orders", &(hob_test_input){
 *         .headers = "Content-Type: application/json", .body = "{}"});
 *
 * The target is normalised, or refused with status 400, as that of any request. The process ends
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
 * The value of the first header of this name, in any case of letters, or NULL. Date, Server and
 * what HTTP/1.1 adds for the connection are not among them. Valid until the reply is freed.
 */
const char *hob_test_header(const hob_test_reply *reply, const char *name);

/* NULL is ignored. */
void hob_test_reply_free(hob_test_reply *reply);

#ifdef __cplusplus
}
#endif

#endif
