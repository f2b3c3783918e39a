#include "route.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "method.h"

/* Whether the text begins as paths do and has only bytes that the path of a request can have. */
static bool is_path(const char *text)
{
    if (*text != '/')
        return false;
    while (*text > ' ' && *text < 0x7f && *text != '?' && *text != '#')
        text++;
    return *text == '\0';
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

static bool has_name(const struct route *self, const struct segment *segment)
{
    for (size_t i = 0; i < self->segment_count; i++) {
        if (segment_has_name(&self->segments[i], segment->text, segment->length))
            return true;
    }
    return false;
}

/* Returns false if the path is malformed. */
static bool parse_path(struct route *self, const char *path)
{
    while (*path) {
        if (self->segment_count == SEGMENT_LIMIT)
            return false;
        size_t length = strcspn(path + 1, "/");
        struct segment *segment = &self->segments[self->segment_count];
        if (!parse_segment(segment, path + 1, length))
            return false;
        if (segment->kind != SEGMENT_LITERAL && has_name(self, segment))
            return false;
        path += 1 + length;
        if (segment->kind == SEGMENT_REST && *path)
            return false;
        self->segment_count++;
    }
    return true;
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

int route_new(const hob_route *line, struct route **route)
{
    size_t length = strcspn(line->pattern, " ");
    size_t method = method_find(line->pattern, length);
    if (method == METHOD_COUNT || line->pattern[length] != ' ')
        return -EINVAL;
    const char *path = line->pattern + length + 1;
    if (!is_path(path) || line->stack > HOB_STACK_MAX)
        return -EINVAL;

    size_t pattern_size = strlen(line->pattern) + 1;
    size_t segments_size = count_slashes(path) * sizeof(struct segment);
    struct route *self = malloc(sizeof(*self) + segments_size + pattern_size);
    if (!self)
        return -ENOMEM;
    *self = (struct route){
        .handler = line->handler,
        .stack = line->stack,
        .finishes = line->finishes,
        .method = method};
    char *pattern = (char *)self->segments + segments_size;
    char *copy = pattern + length + 1;
    memcpy(pattern, line->pattern, pattern_size);
    if (hob_normalise_path(copy) < 0 || !parse_path(self, copy)) {
        free(self);
        return -EINVAL;
    }
    self->pattern = pattern;
    self->path = strchr(copy, '{') ? NULL : copy;
    *route = self;
    return 0;
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
