#include "head.h"

#include <string.h>

#include "hob/text.h"
#include "syntax.h"

void head_add(
    struct head *self, const char *name, size_t name_length, const char *value, size_t value_length)
{
    head_append(self, name, name_length);
    head_end_string(self);
    size_t begin = self->length;
    head_append(self, value, value_length);
    head_end_string(self);
    self->header_count++;
    if (self->request_id == 0 && element_is(name, name_length, "x-request-id") &&
        is_request_id(self->data + begin))
        self->request_id = begin;
}

const char *head_find(const struct head *self, const char *name)
{
    if (self->authority && hob_text_equals_any_case(name, "host"))
        return self->data + self->authority;
    return head_find_nth(self, name, 0);
}

const char *head_find_nth(const struct head *self, const char *name, size_t skipped)
{
    const char *at = self->data + self->headers;
    for (size_t i = 0; i < self->header_count; i++) {
        const char *value = head_value(at + strlen(at) + 1);
        if (hob_text_equals_any_case(at, name) && skipped-- == 0)
            return value;
        at = value + strlen(value) + 1;
    }
    return NULL;
}

bool head_next(const struct head *self, size_t *position, const char **name, const char **value)
{
    const char *end = self->data + self->length;
    const char *at = self->data + (*position > 0 ? *position : self->headers);
    const char *name_end = memchr(at, '\0', (size_t)(end - at));
    const char *value_end =
        name_end ? memchr(name_end + 1, '\0', (size_t)(end - name_end - 1)) : NULL;
    if (!value_end)
        return false; /* the rest is what came of a header whose end is missing */
    *name = at;
    *value = head_value(name_end + 1);
    *position = (size_t)(value_end + 1 - self->data);
    return true;
}

void head_remove(struct head *self, const char *name)
{
    char *at = self->data + self->headers;
    for (size_t left = self->header_count; left > 0; left--) {
        char *value = at + strlen(at) + 1;
        char *next = value + strlen(value) + 1;
        if (hob_text_equals_any_case(at, name)) {
            memmove(at, next, (size_t)(self->data + self->length - next));
            self->length -= (size_t)(next - at);
            self->header_count--;
        } else {
            at = next;
        }
    }
}
