#include "hob/router.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "chain.h"
#include "hob/log.h"
#include "match.h"
#include "method.h"
#include "table.h"

struct hob_router {
    struct table table;
    struct route *unmatched; /* the route of requests that no other one matches */
    size_t middleware_count; /* the number of middleware at the beginning of all chains */
};

/*
 * Functions in the chain of a route before its handler.
 */

static int finish_anyway(hob_request *req, hob_response *res)
{
    hob_request_finish_anyway(req);
    return hob_next(req, res);
}

struct call {
    hob_request *req;
    hob_response *res;
};

static int call_next(void *arg)
{
    const struct call *self = arg;
    return hob_next(self->req, self->res);
}

static int run_on_own_stack(hob_request *req, hob_response *res)
{
    const struct match *match = hob_request_match(req);
    struct call call = {req, res};
    return hob_call_sized(match->route->stack, call_next, &call);
}

/*
 * Making routers.
 */

static int complete_chain(struct route *route, const hob_route *row)
{
    struct chain *chain = &route->chain;
    int err = 0;
    for (size_t i = 0; row->middleware && row->middleware[i] && err == 0; i++)
        err = chain_append(chain, row->middleware[i]);
    if (err == 0 && row->finishes)
        err = chain_append(chain, finish_anyway);
    if (err == 0 && row->stack > 0)
        err = chain_append(chain, run_on_own_stack);
    return err < 0 ? err : chain_append(chain, row->handler);
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

/* Inserts the route unless there was an error before, and frees it with an error. */
static int insert_or_free(struct table *table, struct route *route, int err)
{
    if (err == 0)
        err = table_insert(table, route);
    if (err == -EEXIST)
        refuse_second(table, route);
    if (err < 0)
        route_free(route);
    return err;
}

static int add_route(hob_router *self, const hob_route *row)
{
    struct route *route;
    int err = route_new(row, &route);
    if (err < 0)
        return err;
    err = complete_chain(route, row);
    return insert_or_free(&self->table, route, err);
}

/* Logs a route without a pattern: usually the {0} at the end of an array, which was counted. */
static int refuse_none(size_t index, size_t count)
{
    hob_log(HOB_LOG_ERROR, "route %zu of %zu is refused: it has no pattern", index + 1, count);
    return -EINVAL;
}

size_t hob_routes_count(const hob_route *routes)
{
    size_t count = 0;
    while (routes[count].pattern)
        count++;
    return count;
}

int hob_router_new(const hob_route *routes, size_t count, hob_router **router, const char **refused)
{
    hob_router *self = calloc(1, sizeof(*self));
    if (!self)
        return -ENOMEM;
    self->unmatched = calloc(1, sizeof(struct route));
    int err = self->unmatched ? table_reserve(&self->table, count) : -ENOMEM;
    if (err == 0)
        err = chain_append(&self->unmatched->chain, answer_unmatched);
    for (size_t i = 0; i < count && err == 0; i++) {
        err = routes[i].pattern ? add_route(self, &routes[i]) : refuse_none(i, count);
        if (err < 0)
            *refused = routes[i].pattern;
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
    struct table *table = &router->table;
    int err = chain_reserve(&router->unmatched->chain);
    for (size_t i = 0; i < table->count && err == 0; i++)
        err = chain_reserve(&table->routes[i]->chain);
    if (err < 0)
        return err;
    chain_insert(&router->unmatched->chain, router->middleware_count, middleware);
    for (size_t i = 0; i < table->count; i++)
        chain_insert(&table->routes[i]->chain, router->middleware_count, middleware);
    router->middleware_count++;
    return 0;
}

/* Makes a route of another router's below a prefix, with the middleware of both. */
static int add_route_below(hob_router *self, const char *prefix, const struct route *original)
{
    struct route *route;
    int err = route_new_below(prefix, original, &route);
    if (err < 0)
        return err;
    for (size_t i = 0; i < self->middleware_count && err == 0; i++)
        err = chain_append(&route->chain, self->unmatched->chain.functions[i]);
    for (size_t i = 0; i < original->chain.count && err == 0; i++)
        err = chain_append(&route->chain, original->chain.functions[i]);
    return insert_or_free(&self->table, route, err);
}

int hob_router_mount(hob_router *router, const char *prefix, const hob_router *mounted)
{
    const struct table *table = &mounted->table;
    size_t length = strlen(prefix);
    if (length > 0 && prefix[length - 1] == '/') {
        hob_log(HOB_LOG_ERROR, "the prefix \"%s\" is refused: it ends with /", prefix);
        return -EINVAL;
    }
    int err = table_reserve(&router->table, table->count);
    for (size_t i = 0; i < table->count && err == 0; i++)
        err = add_route_below(router, prefix, table->routes[i]);
    int completed = table_complete(&router->table);
    return err < 0 ? err : completed;
}

void hob_router_free(hob_router *router)
{
    if (!router)
        return;
    for (size_t i = 0; i < router->table.count; i++)
        route_free(router->table.routes[i]);
    free(router->table.routes);
    path_index_free(&router->table.path_index);
    if (router->unmatched)
        route_free(router->unmatched);
    free(router);
}

/*
 * Requests.
 */

int hob_next(hob_request *req, hob_response *res)
{
    struct match *match = hob_request_match(req);
    if (!match)
        return refuse_next(req, res);
    hob_handler *const *function = match->next++;
    int result = (*function)(req, res);
    match->next = function; /* hob_next() may be called more than once, to retry for example */
    return result;
}

/* Nearly all requests are GET: comparing its letters is cheaper than a call. */
static size_t method_of(const char *name)
{
    if (name[0] == 'G' && name[1] == 'E' && name[2] == 'T' && name[3] == '\0')
        return METHOD_GET;
    return method_find(name, strlen(name));
}

static void set_limits(hob_request *req, const struct route *route)
{
    hob_request_set_body_limit(req, route->body_limit);
    if (route->timeout > 0)
        hob_request_set_timeout(req, route->timeout);
}

int hob_router_handle(hob_request *req, hob_response *res)
{
    const hob_router *self = hob_request_router(req);
    if (!self) {
        hob_log(HOB_LOG_ERROR, "hob_router_handle() needs hob_server_options.router");
        return -EPROTO;
    }
    const char *path = hob_request_peek_path(req);
    struct match match = {.table = &self->table, .method = method_of(hob_request_method(req))};
    if (*path == '/')
        match.route = table_find(&self->table, match.method, path, &match.methods);
    if (!match.route)
        match.route = self->unmatched;
    hob_handler *const *functions = match.route->chain.functions;
    match.next = functions + 1;
    hob_request_set_route(req, match.route->pattern, &match);
    if (match.route->has_limits)
        set_limits(req, match.route);
    return functions[0](req, res);
}

void *hob_state(const hob_request *req)
{
    const struct match *match = hob_request_match(req);
    return match ? match->route->state : NULL;
}

/* Returns whether any route has this name, since a handler may serve several routes. */
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
    const struct match *match = hob_request_match(req);
    const struct route *route = match ? match->route : NULL;
    const char *rest = hob_request_path(req);
    for (size_t i = 0; route && i < route->segment_count; i++) {
        const struct segment *segment = &route->segments[i];
        const char *text = rest + 1;
        size_t length = segment->kind == SEGMENT_REST ? strlen(text) : strcspn(text, "/");
        if (segment_has_name(segment, name, strlen(name)))
            return hob_request_decode(req, text, length);
        rest = text + length;
    }
    if (route && !has_route_with(match->table, name))
        hob_log(
            HOB_LOG_ERROR, "hob_path_value(): neither \"%s\" nor another route has {%s}",
            route->pattern, name);
    return NULL;
}
