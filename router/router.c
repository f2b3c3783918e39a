#include "hob/router.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hob/log.h"
#include "method.h"
#include "table.h"

struct hob_router {
    struct table table;
    hob_handler **middleware; /* the outermost first */
    size_t middleware_count;
};

/* What was found for a request; attached to it. */
struct match {
    const hob_router *router;
    const struct route *route; /* NULL if none matches */
    size_t method;
    unsigned methods;       /* of the routes that match the path, if none has the method */
    size_t next_middleware; /* what hob_next() calls */
};

struct call {
    hob_handler *handler;
    hob_request *req;
    hob_response *res;
};

static int run_call(void *arg)
{
    const struct call *self = arg;
    return self->handler(self->req, self->res);
}

/* Stands in for the handler of a route that has a stack of its own. */
static int call_sized(hob_request *req, hob_response *res)
{
    const struct match *match = hob_request_attached(req);
    struct call call = {match->route->sized, req, res};
    return hob_call_sized(match->route->stack, run_call, &call);
}

static void refuse_second(const struct table *table, const struct route *route)
{
    for (size_t i = 0; i < table->count; i++) {
        if (route_compare(table->routes[i], route) == 0)
            hob_log(
                HOB_LOG_ERROR,
                "the route \"%s\" is refused: it matches the same requests as \"%s\"",
                route->pattern, table->routes[i]->pattern);
    }
}

static int add_route(hob_router *self, const hob_route *line)
{
    struct route *route;
    int err = route_new(line, &route);
    if (err < 0)
        return err;
    if (route->stack) {
        route->sized = route->handler;
        route->handler = call_sized;
    }
    err = table_insert(&self->table, route);
    if (err < 0) {
        refuse_second(&self->table, route);
        free(route);
    }
    return err;
}

/* Mostly the line that ends a table, when it was counted. */
static int refuse_none(size_t index, size_t count)
{
    hob_log(HOB_LOG_ERROR, "route %zu of %zu is refused: it has no pattern", index + 1, count);
    return -EINVAL;
}

int hob_router_new(const hob_route *routes, size_t count, hob_router **router, const char **culprit)
{
    hob_router *self = calloc(1, sizeof(*self));
    if (!self)
        return -ENOMEM;
    self->table.routes = calloc(count ? count : 1, sizeof(struct route *));
    int err = self->table.routes ? 0 : -ENOMEM;
    for (size_t i = 0; i < count && err == 0; i++) {
        err = routes[i].pattern ? add_route(self, &routes[i]) : refuse_none(i, count);
        if (err < 0)
            *culprit = routes[i].pattern;
    }
    if (err == 0)
        err = table_complete(&self->table);
    if (err < 0)
        hob_router_free(self);
    else
        *router = self;
    return err;
}

int hob_router_use(hob_router *router, hob_handler *middleware)
{
    size_t size = (router->middleware_count + 1) * sizeof(router->middleware[0]);
    hob_handler **larger = realloc(router->middleware, size);
    if (!larger)
        return -ENOMEM;
    larger[router->middleware_count++] = middleware;
    router->middleware = larger;
    return 0;
}

void hob_router_free(hob_router *router)
{
    if (!router)
        return;
    for (size_t i = 0; i < router->table.count; i++)
        free(router->table.routes[i]);
    free(router->table.routes);
    exact_free(&router->table.exact);
    free(router->middleware);
    free(router);
}

/* Adds "Allow: GET, HEAD, OPTIONS" (RFC 9110 section 10.2.1), with the methods that are implied. */
static int add_allow_header(hob_response *res, unsigned methods)
{
    char list[64] = ""; /* all of them take 45 */
    size_t length = 0;
    methods |= 1U << METHOD_OPTIONS;
    if (methods & 1U << METHOD_GET)
        methods |= 1U << METHOD_HEAD;
    for (size_t i = 0; i < METHOD_COUNT; i++) {
        if (methods & 1U << i)
            length += (size_t)snprintf(
                list + length, sizeof(list) - length, "%s%s", length ? ", " : "",
                method_names[i].text);
    }
    return hob_response_header(res, "Allow", list);
}

static int reply_options(hob_response *res, unsigned methods)
{
    int err = add_allow_header(res, methods);
    return err < 0 ? err : hob_reply(res, 204, NULL, NULL, 0);
}

static int reply_not_allowed(hob_response *res, unsigned methods)
{
    int err = add_allow_header(res, methods);
    return err < 0 ? err : hob_reply_text(res, 405, "405 Method Not Allowed\n");
}

/* "OPTIONS *" asks about the server as a whole (RFC 9110 section 9.3.7). */
static int reply_server_options(const hob_router *self, hob_response *res)
{
    unsigned methods = 0;
    for (size_t i = 0; i < self->table.count; i++)
        methods |= 1U << self->table.routes[i]->method;
    return reply_options(res, methods);
}

static int call_route(const struct match *match, hob_request *req, hob_response *res)
{
    const struct route *route = match->route;
    if (route) {
        if (route->finishes)
            hob_request_finish_anyway(req);
        return route->handler(req, res);
    }
    const char *path = hob_request_peek_path(req);
    if (!path)
        return -ENOMEM;
    if (strcmp(path, "*") == 0)
        return reply_server_options(match->router, res);
    if (match->methods == 0)
        return hob_reply_text(res, 404, "404 Not Found\n");
    if (match->method == METHOD_OPTIONS)
        return reply_options(res, match->methods);
    return reply_not_allowed(res, match->methods);
}

static int refuse_next(const hob_request *req)
{
    const char *route = hob_request_route(req);
    hob_log(
        HOB_LOG_ERROR,
        "hob_next() was called by the handler of \"%s\": only middleware may do that",
        route ? route : "no route");
    return -EPROTO;
}

int hob_next(hob_request *req, hob_response *res)
{
    struct match *match = hob_request_attached(req);
    const hob_router *router = match ? match->router : NULL;
    if (!router || match->next_middleware > router->middleware_count)
        return refuse_next(req);
    size_t at = match->next_middleware++;
    int result = at < router->middleware_count ? router->middleware[at](req, res)
                                               : call_route(match, req, res);
    match->next_middleware--; /* it may be called again: to try once more, say */
    return result;
}

/* Nearly all are GET: to look at its letters is cheaper than the calls. */
static size_t method_of(const char *name)
{
    if (name[0] == 'G' && name[1] == 'E' && name[2] == 'T' && name[3] == '\0')
        return METHOD_GET;
    return method_find(name, strlen(name));
}

int hob_router_handle(hob_request *req, hob_response *res)
{
    const hob_router *self = hob_request_context(req);
    const char *path = hob_request_peek_path(req);
    struct match match = {.router = self, .method = method_of(hob_request_method(req))};
    if (*path == '/')
        match.route = table_find(&self->table, match.method, path, &match.methods);
    if (match.route)
        hob_request_set_route(req, match.route->pattern);
    hob_request_attach(req, &match);
    int result = hob_next(req, res);
    hob_request_attach(req, NULL);
    return result;
}

/* Whether any route has such a name: a handler of several may ask for one that only some have. */
static bool has_route_with(const struct table *table, const char *name)
{
    for (size_t i = 0; i < table->count; i++) {
        if (route_has_name(table->routes[i], name, strlen(name)))
            return true;
    }
    return false;
}

const char *hob_path_value(hob_request *req, const char *name)
{
    const struct match *match = hob_request_attached(req);
    const struct route *route = match ? match->route : NULL;
    const char *rest = hob_request_peek_path(req);
    for (size_t i = 0; route && rest && i < route->segment_count; i++) {
        const struct segment *segment = &route->segments[i];
        const char *text = rest + 1;
        size_t length = segment->kind == SEGMENT_REST ? strlen(text) : strcspn(text, "/");
        if (segment_has_name(segment, name, strlen(name)))
            return hob_percent_decode(text, length);
        rest = text + length;
    }
    if (route && rest && !has_route_with(&match->router->table, name))
        hob_log(
            HOB_LOG_ERROR, "hob_path_value(): neither \"%s\" nor another route has {%s}",
            route->pattern, name);
    return NULL;
}
