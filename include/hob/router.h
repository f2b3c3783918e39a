/*
 * hob/router.h: which handler answers which request.
 */
#ifndef HOB_ROUTER_H
#define HOB_ROUTER_H

#include <stddef.h>

#include "hob/server.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hob_router hob_router;

/* A line of the menu. */
typedef struct {
    const char *pattern; /* a method and a path: "GET /noodles" */
    hob_handler *handler;
} hob_route;

/*
 * Makes a router of `count` routes. The patterns are not copied: they must live as long as it.
 *
 * Returns 0 and sets *router, or -ENOMEM, or -EINVAL if a pattern is not one of GET, HEAD, POST,
 * PUT, PATCH, DELETE, OPTIONS, then one space, then a path that begins with "/" and has no "?",
 * "#" or space in it, or -EEXIST if two patterns are the same. With the last two, *culprit is the
 * pattern that was refused.
 */
int hob_router_new(
    const hob_route *routes, size_t count, hob_router **router, const char **culprit);

/* NULL is ignored. */
void hob_router_free(hob_router *router);

/*
 * The handler to give to the server, with the router as its context. It calls the handler of the
 * route whose method and path are those of the request. Otherwise it replies itself:
 *
 *  - HEAD, if there is a GET route: calls that; the server leaves the content away.
 *  - OPTIONS: 204 with the header Allow; "OPTIONS *" is about all routes.
 *  - A path that has other methods: 405 with the header Allow (RFC 9110 section 15.5.6).
 *  - Any other path: 404.
 */
int hob_router_handle(hob_request *req, hob_response *res);

#ifdef __cplusplus
}
#endif

#endif
