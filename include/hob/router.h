/*
 * hob/router.h: a table of routes that selects the handler of each request.
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
 * A route. The pattern is a method and a path: "GET /noodles". A segment of the path may be
 *
 *     {name}       any segment that is not empty: "GET /orders/{id}/bill"
 *     {name...}    at the end, the rest of the path, also an empty one: "GET /files/{path...}"
 *
 * where names consist of letters, digits and "_". If several routes match a request, the first
 * segment in which their patterns differ decides: a literal one precedes {name}, and that precedes
 * {name...}.
 */
typedef struct {
    const char *pattern;  /* such as "GET /noodles" */
    hob_handler *handler; /* called for requests that match the pattern */
    void *state;          /* for hob_state(): must live as long as the router; NULL if left out */
    /*
     * Middleware of this route, which runs after that of the router: a list that ends with NULL and
     * is copied. In a table outside of functions it may be a compound literal:
     *
     *     HOB_ROUTE("POST /orders", take_order, .middleware = (hob_handler *[]){only_staff, NULL})
     */
    hob_handler *const *middleware;
    size_t body_limit; /* bytes of a body; 0, or left out, for the server's */
    double timeout; /* seconds, instead of the server's handler_timeout; 0, or left out, for that */
    bool finishes;  /* see hob_request_finish_anyway(); false if left out */
    /*
     * The size of the handler's stack in bytes, if hob_server_options.stack is too small; the
     * router then calls it by hob_call_sized(). 0, or left out, for the server's. Middleware always
     * has the server's.
     */
    size_t stack;
} hob_route;

/* clang-format off */

/*
 * A line of a table of routes. Fields that are left out are 0. A plain {"GET /", serve} does the
 * same, but with -Wextra gcc and clang warn of missing fields there. This macro names a field,
 * which avoids the warning. In C++ name all fields that you set instead.
 *
 *     static const hob_route routes[] = {
 *         HOB_ROUTE("GET /noodles", serve_noodles),
 *         HOB_ROUTE("GET /menu", serve_menu, &kitchen),
 *         HOB_ROUTE("POST /orders", take_order, &kitchen, .finishes = true),
 *     };
 */
#define HOB_ROUTE(...) {.pattern = __VA_ARGS__} /* (pattern, handler, fields...) */

/* clang-format on */

/* Returns the number of routes in an array that ends with {0}. */
size_t hob_routes_count(const hob_route *routes);

/*
 * Makes a router of `count` routes, which are copied. Paths are normalised like those of requests:
 * see hob_normalise_path().
 *
 * Returns 0 and sets *router, or -ENOMEM, or
 *  -EINVAL if a method is not one of GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS, or no single
 *          space follows it, or the path does not begin with "/", cannot be normalised, has bytes
 *          that the path of a request cannot have, other braces than above, the same name
 *          twice, or more than 32 segments, or there is no handler, or the timeout is negative or
 *          not a number, or the stack is larger than HOB_STACK_MAX;
 *  -EEXIST if two patterns match the same requests, such as "GET /{a}" and "GET /{b}".
 * With the last two, *refused is the refused pattern, and the log has the reason and the place in
 * the pattern.
 */
int hob_router_new(
    const hob_route *routes, size_t count, hob_router **router, const char **refused);

/*
 * Adds a middleware: a function that is called before the handler of each request, and may call
 * hob_next() to continue with the next middleware or the handler.
 *
 *     int only_for_staff(hob_request *req, hob_response *res)
 *     {
 *         if (!is_staff(hob_request_cookie(req, "session")))
 *             return hob_reply_text(res, 403, "Staff only.\n");
 *         return hob_next(req, res);
 *     }
 *
 * The first one added is called first, and its hob_next() calls the next one. Call this before the
 * server runs. Returns 0 or -ENOMEM.
 */
int hob_router_use(hob_router *router, hob_handler *middleware);

/*
 * Adds the routes of another router below a prefix: "GET /orders/{id}" of a router that is mounted
 * at "/api/{version}" is "GET /api/{version}/orders/{id}". They keep their state. Requests pass the
 * middleware of this router, then that of the other one, as added so far. The routes are copied, so
 * the other router can be freed or mounted again. This router replies to requests that no route
 * matches.
 *
 * Returns 0, -ENOMEM, -EINVAL if the prefix ends with "/", or is no pattern together with a path,
 * or -EEXIST if two patterns match the same requests, which the log names. After an error the
 * router is incomplete: free it.
 */
int hob_router_mount(hob_router *router, const char *prefix, const hob_router *mounted);

/*
 * For a middleware: calls the next one, or the handler of the route, and returns its result.
 * Returns -EPROTO, which is logged, if it is called by a handler or outside of a router.
 */
int hob_next(hob_request *req, hob_response *res);

/* NULL is ignored. */
void hob_router_free(hob_router *router);

/*
 * The handler for hob_server_options.handler, with the router as hob_server_options.router. It
 * calls the handler of the route with the path and the method. The handler of GET also serves HEAD;
 * the server then omits the content. If there is no such route it replies itself:
 *
 *  - To OPTIONS: 204 with the header Allow; for "OPTIONS *" with the methods of all routes.
 *  - If routes with other methods match the path: 405 with the header Allow (RFC 9110 15.5.6).
 *  - Otherwise: 404.
 */
int hob_router_handle(hob_request *req, hob_response *res);

/*
 * Returns the state of the request's route: hob_route.state. NULL if there is no route. May be
 * called from the start of the router's first middleware until the server's handler returns.
 */
void *hob_state(const hob_request *req);

/*
 * Returns the value of {name} or {name...} in the request's path, percent-decoded: see
 * hob_percent_decode(). It may contain slashes that were encoded, and segments "..", so do not open
 * it as a path without checks. Belongs to the request. NULL if the route has no such name.
 */
const char *hob_path_value(hob_request *req, const char *name);

/*
 * Runs a whole server: serves the routes, an array that ends with {0}, at an address such as
 * "127.0.0.1:8080" (see hob_listen()) until SIGINT or SIGTERM, with the defaults of
 * hob_server_options. Logs the URL, and errors. Returns the exit status for main(): 0, or 1.
 *
 *     int main(void)
 *     {
 *         return hob_serve("127.0.0.1:8080", (hob_route[]){HOB_ROUTE("GET /", hello), {0}});
 *     }
 */
int hob_serve(const char *address, const hob_route *routes);

/*
 * The same with options for the server. This sets their handler, router, sockets and
 * handle_signals.
 *
 *     const hob_server_options options = {.error_page = reply_page, .grace = 10};
 *     return hob_serve_with("127.0.0.1:8080", routes, &options);
 */
int hob_serve_with(const char *address, const hob_route *routes, const hob_server_options *options);

#ifdef __cplusplus
}
#endif

#endif
