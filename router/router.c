#include "hob/router.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const methods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
#define METHOD_COUNT (sizeof(methods) / sizeof(methods[0]))
enum { GET = 0, HEAD = 1, OPTIONS = 6 }; /* their places in methods */

/* All routes of one path. */
struct place {
    const char *path;
    hob_handler *handlers[METHOD_COUNT]; /* by method; NULL where there is no route */
};

struct hob_router {
    size_t count;
    struct place places[]; /* sorted by path */
};

/* Returns METHOD_COUNT for a method that no route can have. */
static size_t method_index(const char *name, size_t length)
{
    size_t i = 0;
    while (i < METHOD_COUNT &&
           (strncmp(methods[i], name, length) != 0 || methods[i][length] != '\0'))
        i++;
    return i;
}

static int compare_places(const void *a, const void *b)
{
    return strcmp(((const struct place *)a)->path, ((const struct place *)b)->path);
}

static const struct place *find_place(const hob_router *self, const char *path)
{
    struct place key = {.path = path};
    return bsearch(&key, self->places, self->count, sizeof(key), compare_places);
}

/* Splits "GET /noodles". Returns 0 or -EINVAL. */
static int parse_pattern(const char *pattern, size_t *method, const char **path)
{
    size_t length = strcspn(pattern, " ");
    *method = method_index(pattern, length);
    if (*method == METHOD_COUNT || pattern[length] != ' ')
        return -EINVAL;
    *path = pattern + length + 1;
    return **path == '/' && !strpbrk(*path, " ?#") ? 0 : -EINVAL;
}

/* Adds a route to the place of its path, or to a new one at the end. */
static int add_route(hob_router *self, const hob_route *route)
{
    size_t method;
    const char *path;
    int err = parse_pattern(route->pattern, &method, &path);
    if (err < 0)
        return err;

    size_t i = 0;
    while (i < self->count && strcmp(self->places[i].path, path) != 0)
        i++;
    if (i == self->count)
        self->places[self->count++].path = path;
    if (self->places[i].handlers[method])
        return -EEXIST;
    self->places[i].handlers[method] = route->handler;
    return 0;
}

int hob_router_new(const hob_route *routes, size_t count, hob_router **router, const char **culprit)
{
    hob_router *self = calloc(1, sizeof(*self) + count * sizeof(self->places[0]));
    if (!self)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        int err = add_route(self, &routes[i]);
        if (err < 0) {
            *culprit = routes[i].pattern;
            free(self);
            return err;
        }
    }
    qsort(self->places, self->count, sizeof(self->places[0]), compare_places);
    *router = self;
    return 0;
}

void hob_router_free(hob_router *router)
{
    free(router);
}

/* Whether the router has an answer to the method at this place, be it one of its own. */
static bool is_allowed(const struct place *place, size_t method)
{
    return place->handlers[method] || method == OPTIONS || (method == HEAD && place->handlers[GET]);
}

static void allow(bool *allowed, const struct place *place)
{
    for (size_t i = 0; i < METHOD_COUNT; i++)
        allowed[i] = allowed[i] || is_allowed(place, i);
}

/* Adds "Allow: GET, HEAD, OPTIONS" (RFC 9110 section 10.2.1). */
static int add_allow_header(hob_response *res, const bool *allowed)
{
    char list[64] = ""; /* all of them take 45 */
    size_t length = 0;
    for (size_t i = 0; i < METHOD_COUNT; i++) {
        if (allowed[i])
            length += (size_t)snprintf(
                list + length, sizeof(list) - length, "%s%s", length ? ", " : "", methods[i]);
    }
    return hob_response_header(res, "Allow", list);
}

static int reply_options(hob_response *res, const bool *allowed)
{
    int err = add_allow_header(res, allowed);
    return err < 0 ? err : hob_reply(res, 204, NULL, NULL, 0);
}

/* "OPTIONS *" asks about the server as a whole (RFC 9110 section 9.3.7). */
static int reply_server_options(const hob_router *self, hob_response *res)
{
    bool allowed[METHOD_COUNT] = {[OPTIONS] = true};
    for (size_t i = 0; i < self->count; i++)
        allow(allowed, &self->places[i]);
    return reply_options(res, allowed);
}

static int reply_without_route(hob_response *res, const struct place *place, size_t method)
{
    bool allowed[METHOD_COUNT] = {false};
    allow(allowed, place);
    if (method == OPTIONS)
        return reply_options(res, allowed);
    int err = add_allow_header(res, allowed);
    return err < 0 ? err : hob_reply_text(res, 405, "405 Method Not Allowed\n");
}

int hob_router_handle(hob_request *req, hob_response *res)
{
    const hob_router *self = hob_request_context(req);
    const char *path = hob_request_path(req);
    const char *name = hob_request_method(req);
    if (!path)
        return -ENOMEM;
    if (strcmp(path, "*") == 0)
        return reply_server_options(self, res);

    const struct place *place = find_place(self, path);
    if (!place)
        return hob_reply_text(res, 404, "404 Not Found\n");
    size_t method = method_index(name, strlen(name));
    hob_handler *handler = NULL;
    if (method < METHOD_COUNT)
        handler = place->handlers[method];
    if (!handler && method == HEAD)
        handler = place->handlers[GET];
    return handler ? handler(req, res) : reply_without_route(res, place, method);
}
