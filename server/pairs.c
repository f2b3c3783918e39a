/* Queries and forms: "name=value&name=value" (https://url.spec.whatwg.org/#urlencoded-parsing). */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "hob/runtime.h"
#include "hob/server.h"
#include "http/percent.h"
#include "request.h"

/* A name or a value, still encoded. */
struct text {
    const char *at;
    const char *end;
};

/* Takes the next pair off the rest. Returns false if there is none. */
static bool take_pair(const char **rest, struct text *name, struct text *value)
{
    const char *begin = *rest + strspn(*rest, "&");
    const char *end = begin + strcspn(begin, "&");
    const char *equals = memchr(begin, '=', (size_t)(end - begin));
    *name = (struct text){begin, equals ? equals : end};
    *value = (struct text){equals ? equals + 1 : end, end};
    *rest = end;
    return begin < end;
}

static char next_char(struct text *text)
{
    if (*text->at != '+')
        return percent_next(&text->at, text->end);
    text->at++;
    return ' ';
}

/* Whether the text, decoded, is this string. Without a copy: each pair of a large form is asked. */
static bool is_equal(struct text text, const char *string)
{
    while (text.at < text.end) {
        if (next_char(&text) != *string++)
            return false;
    }
    return *string == '\0';
}

static char *decode(struct text text, char *to)
{
    char *decoded = to;
    while (text.at < text.end)
        *to++ = next_char(&text);
    *to = '\0';
    return decoded;
}

static char *decode_copy(struct text text)
{
    char *copy = hob_alloc((size_t)(text.end - text.at) + 1);
    return copy ? decode(text, copy) : NULL;
}

int hob_next_pair(const char **rest, const char **name, const char **value)
{
    struct text raw_name, raw_value;
    if (!*rest || !take_pair(rest, &raw_name, &raw_value))
        return 0;
    *name = decode_copy(raw_name);
    *value = decode_copy(raw_value);
    return *name && *value ? 1 : -ENOMEM;
}

static bool find_value(const char *pairs, const char *name, struct text *value)
{
    struct text raw_name;
    while (pairs && take_pair(&pairs, &raw_name, value)) {
        if (is_equal(raw_name, name))
            return true;
    }
    return false;
}

const char *hob_request_query_value(hob_request *req, const char *name)
{
    struct text value;
    if (!find_value(hob_request_query(req), name, &value))
        return NULL;
    char *decoded = request_decoded(req, value.at);
    return decoded ? decode(value, decoded) : NULL;
}

int hob_form_value(const char *form, const char *name, const char **value)
{
    struct text raw;
    *value = NULL;
    if (!find_value(form, name, &raw))
        return 0;
    *value = decode_copy(raw);
    return *value ? 1 : -ENOMEM;
}
