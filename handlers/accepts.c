#include "accepts.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The parameter q is the weight: a client does not accept "text/html;q=0". */
static bool has_weight(const char *parameters, size_t length)
{
    for (const char *at = parameters; (at = memchr(at, ';', length - (size_t)(at - parameters)));) {
        at += 1 + strspn(at + 1, " \t");
        if (strncasecmp(at, "q=", 2) == 0)
            return strtod(at + 2, NULL) > 0;
    }
    return true;
}

/* Whether a list such as "text/html, image/png;q=0.8" has the word, with a weight above 0. */
static bool list_has(const char *list, const char *word)
{
    while (list && *list) {
        list += strspn(list, " \t,");
        size_t length = strcspn(list, ",");
        size_t name_length = strcspn(list, ",; \t");
        if (name_length == strlen(word) && strncasecmp(list, word, name_length) == 0)
            return has_weight(list + name_length, length - name_length);
        list += length;
    }
    return false;
}

static bool header_has(hob_request *req, const char *name, const char *word)
{
    const char *list;
    return hob_request_header_list(req, name, &list) > 0 && list_has(list, word);
}

bool accepts(hob_request *req, const char *type)
{
    return header_has(req, "Accept", type);
}

bool accepts_coding(hob_request *req, const char *coding)
{
    return header_has(req, "Accept-Encoding", coding);
}
