/* Requests for a version of the content, or for parts of it (RFC 9110 sections 8.8, 13 and 14). */
#include <string.h>
#include <time.h>

#include "conditions.h"
#include "hob/server.h"
#include "range.h"

static bool is_get(const hob_request *req)
{
    return strcmp(hob_request_method(req), "GET") == 0;
}

int hob_request_check_conditions(hob_request *req, const hob_validators *current)
{
    struct conditions conditions = {
        .if_modified_since = hob_request_header(req, "If-Modified-Since"),
        .if_unmodified_since = hob_request_header(req, "If-Unmodified-Since"),
        .reads = is_get(req) || strcmp(hob_request_method(req), "HEAD") == 0,
    };
    int err = hob_request_header_list(req, "If-Match", &conditions.if_match);
    if (err >= 0)
        err = hob_request_header_list(req, "If-None-Match", &conditions.if_none_match);
    return err < 0 ? err : conditions_check(&conditions, current, time(NULL));
}

int hob_request_ranges(
    hob_request *req, const hob_validators *current, uint64_t size, hob_ranges *ranges)
{
    const char *value = NULL;
    const char *version = hob_request_header(req, "If-Range");
    if (is_get(req) && conditions_allow_range(version, current, time(NULL)))
        value = hob_request_header(req, "Range");
    return range_parse(value, size, ranges);
}

int hob_response_set_validators(hob_response *res, const hob_validators *current)
{
    char date[HOB_HTTP_DATE_SIZE];
    bool dated = current->modified > 0 && current->modified <= time(NULL);
    int err = hob_response_set_header(res, "ETag", current->etag);
    if (err < 0)
        return err;
    return hob_response_set_header(
        res, "Last-Modified", dated ? hob_http_date(current->modified, date) : NULL);
}
