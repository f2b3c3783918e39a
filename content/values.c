/* Values of queries, forms and cookies. */
#include <errno.h>

#include "cookie.h"
#include "hob/runtime.h"
#include "hob/text.h"
#include "pairs.h"
#include "server/request.h"

static char *decode_copy(struct encoded text)
{
    char *copy = hob_alloc((size_t)(text.end - text.at) + 1);
    return copy ? pairs_decode(text, copy) : NULL;
}

int hob_next_pair(const char **rest, const char **name, const char **value)
{
    struct encoded raw_name, raw_value;
    if (!*rest || !pairs_next(rest, &raw_name, &raw_value))
        return 0;
    *name = decode_copy(raw_name);
    *value = decode_copy(raw_value);
    return *name && *value ? 1 : -ENOMEM;
}

const char *hob_request_query_value(hob_request *req, const char *name)
{
    struct encoded value;
    if (!pairs_find(hob_request_query(req), name, &value))
        return NULL;
    char *decoded = request_decoded(req, value.at);
    return decoded ? pairs_decode(value, decoded) : NULL;
}

int hob_form_value(const char *form, const char *name, const char **value)
{
    struct encoded raw;
    *value = NULL;
    if (!pairs_find(form, name, &raw))
        return 0;
    *value = decode_copy(raw);
    return *value ? 1 : -ENOMEM;
}

/* Proxies that accept HTTP/2 may send several headers Cookie (RFC 9113 section 8.2.3). */
const char *hob_request_cookie(hob_request *req, const char *name)
{
    hob_header header;
    const char *value;
    size_t length;
    for (size_t position = 0; hob_request_next_header(req, &position, &header);) {
        if (hob_text_equals_any_case(header.name, "Cookie") &&
            cookie_find(header.value, name, &value, &length))
            return hob_request_decode(req, value, length);
    }
    return NULL;
}
