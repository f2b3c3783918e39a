#include "table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "method.h"

int table_reserve(struct table *self, size_t count)
{
    struct route **larger =
        realloc(self->routes, (self->count + count + 1) * sizeof(struct route *));
    if (!larger)
        return -ENOMEM;
    self->routes = larger;
    return 0;
}

int table_insert(struct table *self, struct route *route)
{
    size_t low = 0;
    size_t high = self->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = route_compare(self->routes[middle], route);
        if (order == 0)
            return -EEXIST;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    struct route **place = self->routes + low;
    memmove(place + 1, place, (self->count - low) * sizeof(struct route *));
    *place = route;
    self->count++;
    return 0;
}

/* Returns the first route of the range whose segment at this depth is `segment`, or `behind` it. */
static struct route *const *
find_bound(struct range range, size_t depth, const struct segment *segment, bool behind)
{
    while (range.first < range.end) {
        struct route *const *middle = range.first + (range.end - range.first) / 2;
        bool ended = (*middle)->segment_count == depth; /* such routes come first */
        int order = ended ? -1 : segment_compare(&(*middle)->segments[depth], segment);
        if (order < 0 || (behind && order == 0))
            range.first = middle + 1;
        else
            range.end = middle;
    }
    return range.first;
}

static struct range narrow(struct range range, size_t depth, const struct segment *segment)
{
    range.first = find_bound(range, depth, segment, false);
    range.end = find_bound(range, depth, segment, true);
    return range;
}

int table_complete(struct table *self)
{
    path_index_free(&self->path_index);
    return path_index_init(&self->path_index, self->routes, self->count);
}

struct search {
    size_t method;
    unsigned methods; /* of the routes that matched the path */
};

/* Returns the route for the method among matching routes with this number of segments. */
static const struct route *choose(struct search *self, struct range range, size_t segment_count)
{
    const struct route *get = NULL;
    for (; range.first < range.end; range.first++) {
        const struct route *route = *range.first;
        if (route->segment_count > segment_count)
            break;
        if (route->method == self->method)
            return route;
        if (route->method == METHOD_GET)
            get = route;
        self->methods |= 1U << route->method;
    }
    return self->method == METHOD_HEAD ? get : NULL;
}

/*
 * Searches a range of routes whose first `depth` segments match the path before `rest`, the most
 * specific ones first. The depth of recursion is that of the longest pattern: see SEGMENT_LIMIT.
 */
static const struct route *
find(struct search *self, struct range range, size_t depth, const char *rest)
{
    static const struct segment any = {.kind = SEGMENT_VALUE};
    static const struct segment all = {.kind = SEGMENT_REST};
    if (range.first == range.end)
        return NULL;
    if (*rest == '\0')
        return choose(self, range, depth);

    size_t length = strcspn(rest + 1, "/");
    const struct segment same = {SEGMENT_LITERAL, rest + 1, length};
    const char *next = rest + 1 + length;
    const struct route *found = find(self, narrow(range, depth, &same), depth + 1, next);
    if (!found && length > 0)
        found = find(self, narrow(range, depth, &any), depth + 1, next);
    if (!found)
        found = choose(self, narrow(range, depth, &all), depth + 1);
    return found;
}

const struct route *
table_find(const struct table *self, size_t method, const char *path, unsigned *methods)
{
    struct search search = {.method = method};
    const struct range exact = path_index_find(&self->path_index, path);
    const struct range all = {self->routes, self->routes + self->count};
    const struct route *found = choose(&search, exact, SEGMENT_LIMIT);
    if (!found)
        found = find(&search, all, 0, path);
    *methods = search.methods;
    return found;
}
