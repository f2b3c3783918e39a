#include "query.h"

#include <stdlib.h>
#include <string.h>

/* strtod() and strtoul() also accept signs, spaces and words. */
static bool has_only(const char *text, const char *characters)
{
    return *text && text[strspn(text, characters)] == '\0';
}

static bool parse_seconds(const char *text, double *seconds)
{
    char *end;
    if (!has_only(text, "0123456789."))
        return false;
    *seconds = strtod(text, &end);
    return *end == '\0' && *seconds > 0 && *seconds <= 3600;
}

bool parse_count(const char *text, size_t most, size_t *count)
{
    if (!has_only(text, "0123456789") || strlen(text) > 18)
        return false;
    *count = strtoul(text, NULL, 10);
    return *count >= 1 && *count <= most;
}

bool query_deadline(hob_request *req, hob_response *res, double *seconds)
{
    const char *value = hob_request_query_value(req, "deadline");
    *seconds = 0;
    if (!value || parse_seconds(value, seconds))
        return true;
    hob_reply_text(res, 400, "deadline: a number of seconds above 0, 3600 at most\n");
    return false;
}
