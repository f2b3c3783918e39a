#include "query.h"

#include <stdlib.h>
#include <string.h>

#include "accepts.h"

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
    return *end == '\0' && *seconds > 0 && *seconds <= DEADLINE_MAX;
}

bool parse_count(const char *text, size_t most, size_t *count)
{
    if (!has_only(text, "0123456789") || strlen(text) > 18)
        return false;
    *count = strtoul(text, NULL, 10);
    return *count >= 1 && *count <= most;
}

/* `value` is NULL if there is none. */
static bool read_deadline(hob_response *res, const char *name, const char *value, double *seconds)
{
    *seconds = 0;
    if (!value || parse_seconds(value, seconds))
        return true;
    hob_reply_printf(
        res, 400, HOB_TEXT, "%s: a number of seconds above 0, %d at most\n", name, DEADLINE_MAX);
    return false;
}

bool query_deadline(hob_request *req, hob_response *res, double *seconds)
{
    return read_deadline(res, "deadline", hob_request_query_value(req, "deadline"), seconds);
}

bool request_deadline(hob_request *req, hob_response *res, double *seconds)
{
    double handed_on;
    const char *value;
    hob_request_header_list(req, DEADLINE_HEADER, &value);
    if (!query_deadline(req, res, seconds) ||
        !read_deadline(res, DEADLINE_HEADER, value, &handed_on))
        return false;
    if (handed_on > 0 && (*seconds == 0 || handed_on < *seconds))
        *seconds = handed_on;
    return true;
}

bool wants_progress(hob_request *req)
{
    return hob_request_query_value(req, "progress") || accepts(req, "text/event-stream");
}
