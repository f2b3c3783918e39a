#include "cookie.h"

#include <string.h>

/* Removes spaces behind a value, and double quotes around it. */
static void unquote(const char **value, size_t *length)
{
    while (*length > 0 && strchr(" \t", (*value)[*length - 1]))
        (*length)--;
    if (*length >= 2 && (*value)[0] == '"' && (*value)[*length - 1] == '"') {
        (*value)++;
        *length -= 2;
    }
}

bool cookie_find(const char *field, const char *name, const char **value, size_t *length)
{
    size_t name_length = strlen(name);
    for (const char *at = field; *at; at += *length) {
        at += strspn(at, "; \t");
        *length = strcspn(at, ";");
        const char *equals = memchr(at, '=', *length);
        if (!equals || (size_t)(equals - at) != name_length || memcmp(at, name, name_length) != 0)
            continue;
        *value = equals + 1;
        *length -= name_length + 1;
        unquote(value, length);
        return true;
    }
    return false;
}
