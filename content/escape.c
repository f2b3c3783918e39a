/* Text in URLs (RFC 3986 section 2) and in HTML pages. */
#include <stdint.h>
#include <string.h>

#include "base/percent.h"
#include "hob/http.h"
#include "hob/runtime.h"

char *hob_percent_encode(const char *text, size_t size)
{
    static const char digits[] = "0123456789ABCDEF";
    char *encoded = size < SIZE_MAX / 3 ? hob_alloc(3 * size + 1) : NULL;
    if (!encoded)
        return NULL;
    char *to = encoded;
    for (const char *c = text; c < text + size; c++) {
        if (is_unreserved(*c)) {
            *to++ = *c;
        } else {
            *to++ = '%';
            *to++ = digits[(unsigned char)*c >> 4];
            *to++ = digits[(unsigned char)*c & 15];
        }
    }
    *to = '\0';
    return encoded;
}

char *hob_percent_decode(const char *text, size_t size)
{
    const char *end = text + size;
    char *decoded = hob_alloc(size + 1);
    if (!decoded)
        return NULL;
    char *to = decoded;
    while (text < end)
        *to++ = percent_next(&text, end);
    *to = '\0';
    return decoded;
}

/* Returns NULL for a character that needs no escape. */
static const char *reference_to(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

char *hob_html_escape(const char *text)
{
    size_t length = 0;
    for (const char *c = text; *c; c++) {
        const char *reference = reference_to(*c);
        length += reference ? strlen(reference) : 1;
    }
    char *escaped = hob_alloc(length + 1);
    if (!escaped)
        return NULL;
    char *to = escaped;
    for (const char *c = text; *c; c++) {
        const char *reference = reference_to(*c);
        if (reference)
            to = stpcpy(to, reference);
        else
            *to++ = *c;
    }
    *to = '\0';
    return escaped;
}
