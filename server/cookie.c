/* Cookies as clients send them back: "name=value; name=value" (RFC 6265 section 4.2.1). */
#include <string.h>

#include "hob/server.h"

static const char *decode_value(const char *value, size_t length)
{
    while (length > 0 && strchr(" \t", value[length - 1]))
        length--;
    if (length >= 2 && value[0] == '"' && value[length - 1] == '"') {
        value++;
        length -= 2;
    }
    return hob_percent_decode(value, length);
}

const char *hob_request_cookie(hob_request *req, const char *name)
{
    const char *at = hob_request_header(req, "Cookie");
    size_t name_length = strlen(name);
    while (at && *at) {
        at += strspn(at, "; \t");
        size_t length = strcspn(at, ";");
        const char *equals = memchr(at, '=', length);
        if (equals && (size_t)(equals - at) == name_length && memcmp(at, name, name_length) == 0)
            return decode_value(equals + 1, length - name_length - 1);
        at += length;
    }
    return NULL;
}
