#include <stdlib.h>
#include <string.h>

#include "case.h"

const struct case_table *const case_tables[TABLE_COUNT] = {
    &request_line_cases, &path_cases,      &field_cases,
    &framing_cases,      &smuggling_cases, &semantics_cases,
};

char *case_bytes(const struct http_case *self, size_t *size)
{
    const char *mark = self->times > 0 ? memchr(self->bytes, '~', self->size) : NULL;
    const char *repeat = self->repeat ? self->repeat : "x";
    size_t before = mark ? (size_t)(mark - self->bytes) : self->size;
    size_t after = mark ? self->size - before - 1 : 0;
    size_t middle = mark ? self->times * strlen(repeat) : 0;
    char *bytes = malloc(before + middle + after + 1);
    if (!bytes)
        return NULL;
    char *end = mempcpy(bytes, self->bytes, before);
    for (size_t i = 0; mark && i < self->times; i++)
        end = stpcpy(end, repeat);
    if (mark)
        memcpy(end, mark + 1, after);
    *size = before + middle + after;
    return bytes;
}
