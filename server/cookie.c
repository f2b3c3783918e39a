/*
 * Cookies as clients send them back: "name=value; name=value" (RFC 6265 section 4.2.1). A proxy
 * that takes HTTP/2 may pass on several such fields (RFC 9113 section 8.2.3).
 */
#include <string.h>

#include "hob/server.h"
#include "request.h"

static const char *decode_value(hob_request *req, const char *value, size_t length)
{
    while (length > 0 && strchr(" \t", value[length - 1]))
        length--;
    if (length >= 2 && value[0] == '"' && value[length - 1] == '"') {
        value++;
        length -= 2;
    }
    return hob_request_decode(req, value, length);
}

/* The value in one field, decoded. NULL if it has no such cookie. */
static const char *find_value(hob_request *req, const char *at, const char *name)
{
    size_t name_length = strlen(name);
    while (*at) {
        at += strspn(at, "; \t");
        size_t length = strcspn(at, ";");
        const char *equals = memchr(at, '=', length);
        if (equals && (size_t)(equals - at) == name_length && memcmp(at, name, name_length) == 0)
            return decode_value(req, equals + 1, length - name_length - 1);
        at += length;
    }
    return NULL;
}

const char *hob_request_cookie(hob_request *req, const char *name)
{
    const struct head *head = request_stable_head(req);
    const char *field;
    const char *value = NULL;
    for (size_t i = 0; head && !value && (field = head_find_nth(head, "cookie", i)); i++)
        value = find_value(req, field, name);
    return value;
}
