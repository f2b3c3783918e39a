/* The headers of a response: read, replaced and removed. */
#include <string.h>

#include "hob/text.h"
#include "server/response.h"

/* Finds the next line of this name, at `at` or behind it, and its end. NULL without one. */
static char *find_line(char *at, const char *last, const char *name, char **end)
{
    size_t length = strlen(name);
    for (; at < last; at = *end) {
        const char *colon = memchr(at, ':', (size_t)(last - at));
        *end = (char *)memchr(colon, '\n', (size_t)(last - colon)) + 1;
        if ((size_t)(colon - at) == length && hob_text_equals_any_case_n(at, name, length))
            return at;
    }
    return NULL;
}

static char *first_line(const struct buffer *fields)
{
    return fields->data + fields->start;
}

/* Removes all lines of this name from the first `size` bytes. */
static void remove_lines(struct buffer *fields, const char *name, size_t size)
{
    char *end;
    char *line = first_line(fields);
    const char *last = line + size;
    while ((line = find_line(line, last, name, &end))) {
        memmove(line, end, (size_t)(buffer_room(fields) - end));
        fields->end -= (size_t)(end - line);
        last -= end - line;
    }
}

int hob_response_set_header(hob_response *res, const char *name, const char *value)
{
    struct buffer *fields = &res->fields;
    size_t before = buffer_length(fields);
    int err =
        value ? hob_response_add_header(res, name, value) : response_check_field(res, name, "");
    if (err == 0 && before > 0)
        remove_lines(fields, name, before);
    return err;
}

/* Writes a copy that ends with NUL to the free half of the buffer, at the same place as here. */
static const char *end_string(const struct buffer *fields, const char *value, size_t length)
{
    char *copy = fields->data + fields->end + (value - first_line(fields));
    *(char *)mempcpy(copy, value, length) = '\0';
    return copy;
}

const char *hob_response_header(const hob_response *res, const char *name)
{
    char *end;
    const struct buffer *fields = &res->fields;
    const char *last = response_trailers(res);
    const char *line = fields->data ? find_line(first_line(fields), last, name, &end) : NULL;
    if (!line)
        return NULL;
    const char *value = line + strlen(name) + 2;
    return end_string(fields, value, (size_t)(end - 2 - value));
}
