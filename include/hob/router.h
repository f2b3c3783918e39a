/*
 * hob/router.h: which handler answers which request.
 */
#ifndef HOB_ROUTER_H
#define HOB_ROUTER_H

#include <stdbool.h>
#include <stddef.h>

#include "hob/server.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Finds the handler of a request, by its method and path. */
typedef struct hob_router hob_router;

/*
 * A route. The pattern is a method and a path: "GET /noodles". Between two slashes of
 * the path, or behind the last one, may stand
 *
 *     {name}       for any segment that is not empty: "GET /orders/{id}/bill"
 *     {name...}    at the end, for all the rest, which may be empty: "GET /files/{path...}"
 *
 * where names are made of letters, digits and "_". If more than one route matches a request, the
 * most specific one is taken: by the first segment in which their patterns differ, a literal one
 * goes before {name}, and that before {name...}.
 */
typedef struct {
    const char *pattern;  /* such as "GET /noodles" */
    hob_handler *handler; /* what answers the requests that match it */
    void *state;          /* for hob_state(): must live as long as the router; NULL if left out */
    /*
     * Middleware of this route alone, called behind that of the router: a list that ends with NULL,
     * which is copied. In a table outside of functions it may stand in the route:
     *
     *     HOB_ROUTE("POST /orders", take_order, .middleware = (hob_handler *[]){only_staff, NULL})
     */
    hob_handler *const *middleware;
    size_t body_limit; /* bytes of a body; 0, or left out, for the server's */
    double timeout;    /* in place of the server's handler_timeout; 0, or left out, for that */
    bool finishes;     /* see hob_request_finish_anyway(); false if left out */
    /*
     * Bytes of stack that the handler needs, if those of hob_server_options.stack are too few; it
     * then runs by hob_call_sized(). 0, or left out, for the server's. Middleware is not concerned.
     */
    size_t stack;
} hob_route;

/* clang-format off */

/*
 * A line of a table of routes. Fields that are left out are 0. A plain {"GET /", serve} does the
 * same, but there gcc and clang warn of missing fields with -Wextra; they do not where a field is
 * named, as it is here. In C++ name all fields that you set instead.
 *
 *     static const hob_route routes[] = {
 *         HOB_ROUTE("GET /noodles", serve_noodles),
 *         HOB_ROUTE("GET /menu", serve_menu, &kitchen),
 *         HOB_ROUTE("POST /orders", take_order, &kitchen, .finishes = true),
 *     };
 */
#define HOB_ROUTE(...) {.pattern = __VA_ARGS__} /* (pattern, handler, fields...) */

/* clang-format on */

/*
 * Makes a router of `count` routes, which are copied. Paths are normalised as those of requests
 * are: see hob_normalise_path().
 *
 * Returns 0 and sets *router, or -ENOMEM, or
 *  -EINVAL if a method is not one of GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS, or no single
 *          space follows it, or the path does not begin with "/", cannot be normalised, has bytes
 *          that the path of a request cannot have, braces that are not as above, the same name
 *          twice, or more than 32 segments, or there is no handler, or the timeout is negative or
 *          not a number, or the stack is larger than HOB_STACK_MAX;
 *  -EEXIST if two patterns match the same requests, such as "GET /{a}" and "GET /{b}".
 * With the last two, *culprit is the pattern that was refused, and the log says why, and where in
 * the pattern.
 */
int hob_router_new(
    const hob_route *routes, size_t count, hob_router **router, const char **culprit);

/*
 * Adds a middleware: a function that is called instead of the handler of each request, and calls
 * hob_next() for what would have been done without it, if it thinks fit.
 *
 *     int only_for_staff(hob_request *req, hob_response *res)
 *     {
 *         if (!is_staff(hob_request_cookie(req, "session")))
 *             return hob_reply_text(res, 403, "Staff only.\n");
 *         return hob_next(req, res);
 *     }
 *
 * The first one added is called first, and the others by its hob_next(). To be called before the
 * server runs. Returns 0 or -ENOMEM.
 */
int hob_router_use(hob_router *router, hob_handler *middleware);

/*
 * Adds the routes of another router below a prefix: "GET /orders/{id}" of a router that is mounted
 * at "/api/{version}" is "GET /api/{version}/orders/{id}". They keep their state, and are passed
 * through the middleware of this router, then that of the other one, as far as it has been added.
 * They are copied, so the other router can be freed, or be mounted once more. What no route matches
 * is this router's to answer.
 *
 * Returns 0, -ENOMEM, -EINVAL if the prefix ends with "/", or together with a path is
 * no pattern, or -EEXIST if two patterns match the same requests: the log has which. With an error
 * the router is incomplete: free it.
 */
int hob_router_mount(hob_router *router, const char *prefix, const hob_router *mounted);

/*
 * For a middleware: calls the next one, or the handler of the route. Returns what that returned; or
 * -EPROTO, which is logged, if it is called by a handler or outside of a router.
 */
int hob_next(hob_request *req, hob_response *res);

/* NULL is ignored. */
void hob_router_free(hob_router *router);

/*
 * The handler to give to the server, with the router as hob_server_options.router. It calls the
 * handler of the route that matches the path and has the method, GET counting as HEAD too; the
 * server leaves the content away then. If there is none it replies itself:
 *
 *  - To OPTIONS: 204 with the header Allow; "OPTIONS *" is about all routes.
 *  - If routes with other methods match the path: 405 with the header Allow (RFC 9110 15.5.6).
 *  - Else: 404.
 */
int hob_router_handle(hob_request *req, hob_response *res);

/*
 * The state of the request's route: hob_route.state. NULL if there is no route. May be called from
 * the start of the router's first middleware until the server's handler returns.
 */
void *hob_state(const hob_request *req);

/*
 * What {name} or {name...} of the request's route stands for, percent-decoded: see
 * hob_percent_decode(). It may have slashes then that were encoded, and segments "..", so it is no
 * path to open as it is. A string of the request. NULL if the route has no such name.
 */
const char *hob_path_value(hob_request *req, const char *name);

/*
 * A whole program: serves the routes, an array that ends with {0}, at an address such as
 * "127.0.0.1:8080" (see hob_listen()) until SIGINT or SIGTERM, with the defaults of
 * hob_server_options. Logs the URL, and what went wrong. Returns what main() should: 0, or 1.
 *
 *     int main(void)
 *     {
 *         return hob_serve("127.0.0.1:8080", (hob_route[]){HOB_ROUTE("GET /", hello), {0}});
 *     }
 */
int hob_serve(const char *address, const hob_route *routes);

#ifdef __cplusplus
}
#endif

#endif
