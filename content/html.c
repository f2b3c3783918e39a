/* Text in HTML pages. */
#include <string.h>

#include "hob/http.h"
#include "hob/runtime.h"

/* NULL for a character that stands for itself. */
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
