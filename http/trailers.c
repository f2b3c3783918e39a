#include "trailers.h"

#include <errno.h>
#include <stdlib.h>

#include "syntax.h"

struct trailers *trailers_new(size_t size_limit, size_t count_limit)
{
    struct trailers *self = malloc(sizeof(*self));
    if (self)
        *self = (struct trailers){.size_limit = size_limit, .count_limit = count_limit};
    return self;
}

void trailers_free(void *trailers)
{
    struct trailers *self = trailers;
    if (!self)
        return;
    free(self->strings.data);
    free(self);
}

/* Few messages have trailers, and those have few: so the memory grows with each string. */
static bool reserve(struct trailers *self, size_t length)
{
    size_t size = self->strings.length + length + 1;
    if (self->err == 0 && size > self->size_limit)
        self->err = -EMSGSIZE;
    char *data = self->err == 0 ? realloc(self->strings.data, size) : NULL;
    if (self->err == 0 && !data)
        self->err = -ENOMEM;
    if (data)
        self->strings.data = data;
    return data;
}

void trailers_append(struct trailers *self, const char *bytes, size_t length)
{
    if (reserve(self, length))
        head_append(&self->strings, bytes, length);
}

void trailers_end_name(struct trailers *self)
{
    if (self->strings.header_count == self->count_limit && self->err == 0)
        self->err = -EMSGSIZE;
    if (reserve(self, 0))
        head_end_string(&self->strings);
}

void trailers_end_value(struct trailers *self)
{
    struct head *strings = &self->strings;
    if (!reserve(self, 0))
        return;
    while (is_space(strings->data[strings->length - 1]))
        strings->length--;
    head_end_string(strings);
    strings->header_count++;
}

void trailers_add(
    struct trailers *self, const char *name, size_t name_length, const char *value,
    size_t value_length)
{
    trailers_append(self, name, name_length);
    trailers_end_name(self);
    trailers_append(self, value, value_length);
    trailers_end_value(self);
}

bool trailers_allow(const char *name)
{
    static const char refused[] =
        "age,authorization,cache-control,connection,content-encoding,content-length,content-range,"
        "content-type,cookie,date,expect,expires,host,if-match,if-modified-since,if-none-match,"
        "if-range,if-unmodified-since,keep-alive,location,max-forwards,pragma,proxy-authenticate,"
        "proxy-authorization,proxy-connection,range,retry-after,server,set-cookie,te,trailer,"
        "transfer-encoding,upgrade,vary,warning,www-authenticate,x-request-id";
    const char *list = refused, *element;
    size_t length;
    while (list_next(&list, &element, &length)) {
        if (strlen(name) == length && letters_are(name, element, length))
            return false;
    }
    return is_token(name, strlen(name));
}
