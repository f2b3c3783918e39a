#include "route.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hob/log.h"
#include "method.h"

/* Returns the first byte of a text that the path of a request cannot have, or its end. */
static const char *find_bad_byte(const char *text)
{
    while (*text > ' ' && *text < 0x7f && *text != '?' && *text != '#')
        text++;
    return text;
}

static bool is_name(const char *text, size_t length)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    return length > 0 && strspn(text, allowed) >= length;
}

/* Returns false if the segment is malformed. */
static bool parse_segment(struct segment *self, const char *text, size_t length)
{
    *self = (struct segment){SEGMENT_LITERAL, text, length};
    if (strcspn(text, "{}") >= length)
        return true;
    if (text[0] != '{' || text[length - 1] != '}')
        return false;
    self->kind = SEGMENT_VALUE;
    self->text = text + 1;
    self->length = length - 2;
    if (self->length >= 3 && memcmp(text + length - 4, "...", 3) == 0) {
        self->kind = SEGMENT_REST;
        self->length -= 3;
    }
    return is_name(self->text, self->length);
}

bool segment_has_name(const struct segment *self, const char *name, size_t length)
{
    return self->kind != SEGMENT_LITERAL && self->length == length &&
           memcmp(self->text, name, length) == 0;
}

bool route_has_name(const struct route *self, const char *name, size_t length)
{
    for (size_t i = 0; i < self->segment_count; i++) {
        if (segment_has_name(&self->segments[i], name, length))
            return true;
    }
    return false;
}

/* Takes the next segment off the path. Returns NULL, or the mistake in it. */
static const char *next_segment(struct route *self, const char **path)
{
    if (self->segment_count == SEGMENT_LIMIT)
        return "it has more than 32 segments";
    size_t length = strcspn(*path + 1, "/");
    struct segment *segment = &self->segments[self->segment_count];
    if (!parse_segment(segment, *path + 1, length))
        return "braces must enclose a whole segment, {name} or {name...}, of letters, digits and _";
    if (segment->kind != SEGMENT_LITERAL && route_has_name(self, segment->text, segment->length))
        return "the name occurs twice";
    if (segment->kind == SEGMENT_REST && (*path)[1 + length])
        return "{name...} is not at the end";
    *path += 1 + length;
    self->segment_count++;
    return NULL;
}

static int refuse(const hob_route *row, const char *why, const char *where)
{
    hob_log(HOB_LOG_ERROR, "the route \"%s\" is refused: %s, at \"%s\"", row->pattern, why, where);
    return -EINVAL;
}

/* Checks a route, except for the segments of its path. Returns 0, or -EINVAL, which is logged. */
static int check_row(const hob_route *row, size_t method, size_t method_length)
{
    const char *rest = row->pattern + method_length;
    if (method == METHOD_COUNT)
        return refuse(
            row, "the method is not one of GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS",
            row->pattern);
    if (rest[0] != ' ' || rest[1] != '/')
        return refuse(row, "the method is not followed by a space and a path", rest);
    const char *bad = find_bad_byte(rest + 1);
    if (*bad)
        return refuse(row, "the path of a request cannot have this byte", bad);
    if (!row->handler)
        return refuse(row, "it has no handler", row->pattern);
    if (!(row->timeout >= 0)) /* negative or not a number */
        return refuse(row, "its timeout is negative or not a number", row->pattern);
    if (row->stack > HOB_STACK_MAX)
        return refuse(row, "its stack is larger than HOB_STACK_MAX", row->pattern);
    return 0;
}

/* Returns 0, or -EINVAL, which is logged. */
static int parse_path(struct route *self, const hob_route *row, char *path)
{
    const char *why = NULL;
    const char *rest = path;
    if (hob_normalise_path(path) < 0)
        return refuse(row, "the path cannot be normalised", strchr(row->pattern, '/'));
    while (*rest && !why)
        why = next_segment(self, &rest);
    return why ? refuse(row, why, rest) : 0;
}

static size_t count_slashes(const char *text)
{
    size_t count = 0;
    while ((text = strchr(text, '/'))) {
        count++;
        text++;
    }
    return count;
}

int route_new(const hob_route *row, struct route **route)
{
    size_t length = strcspn(row->pattern, " ");
    size_t method = method_find(row->pattern, length);
    int err = check_row(row, method, length);
    if (err < 0)
        return err;

    const char *path = row->pattern + length + 1;
    size_t pattern_size = strlen(row->pattern) + 1;
    size_t segments_size = count_slashes(path) * sizeof(struct segment);
    struct route *self = malloc(sizeof(*self) + segments_size + pattern_size);
    if (!self)
        return -ENOMEM;
    *self = (struct route){
        .state = row->state,
        .body_limit = row->body_limit,
        .timeout = row->timeout,
        .has_limits = row->body_limit > 0 || row->timeout > 0,
        .stack = row->stack,
        .method = method};
    char *pattern = (char *)self->segments + segments_size;
    char *copy = pattern + length + 1;
    memcpy(pattern, row->pattern, pattern_size);
    err = parse_path(self, row, copy);
    if (err < 0) {
        free(self);
        return err;
    }
    self->pattern = pattern;
    self->path = strchr(copy, '{') ? NULL : copy;
    *route = self;
    return 0;
}

int route_new_below(const char *prefix, const struct route *original, struct route **route)
{
    const char *path = strchr(original->pattern, ' ') + 1;
    size_t size = strlen(prefix) + strlen(original->pattern) + 1;
    char *pattern = malloc(size);
    if (!pattern)
        return -ENOMEM;
    snprintf(
        pattern, size, "%.*s%s%s", (int)(path - original->pattern), original->pattern, prefix,
        path);
    const hob_route row = {
        .pattern = pattern,
        .handler = original->chain.functions[original->chain.count - 1],
        .state = original->state,
        .body_limit = original->body_limit,
        .timeout = original->timeout,
        .stack = original->stack,
    };
    int err = route_new(&row, route);
    free(pattern); /* the route has a copy */
    return err;
}

void route_free(struct route *self)
{
    chain_free(&self->chain);
    free(self);
}

static int compare_sizes(size_t a, size_t b)
{
    return a < b ? -1 : a > b;
}

int segment_compare(const struct segment *a, const struct segment *b)
{
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->kind != SEGMENT_LITERAL)
        return 0;
    if (a->length != b->length)
        return compare_sizes(a->length, b->length);
    return memcmp(a->text, b->text, a->length);
}

int route_compare(const struct route *a, const struct route *b)
{
    for (size_t i = 0; i < a->segment_count && i < b->segment_count; i++) {
        int order = segment_compare(&a->segments[i], &b->segments[i]);
        if (order != 0)
            return order;
    }
    if (a->segment_count != b->segment_count)
        return compare_sizes(a->segment_count, b->segment_count);
    return compare_sizes(a->method, b->method);
}
