/* The trailers of a request, and those of a response (RFC 9110 section 6.5). */
#include "http/trailers.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "hob/http.h"
#include "http/syntax.h"
#include "server/response.h"

/* The strings of the request's trailers. NULL without any; also for observers, who come later. */
static const struct head *strings_of(const struct hob_request *req)
{
    const struct trailers *trailers = req->observed ? NULL : req->carrier->trailers(req);
    return trailers && trailers->err == 0 && trailers->strings.data ? &trailers->strings : NULL;
}

const char *hob_request_trailer(const hob_request *req, const char *name)
{
    const struct head *strings = strings_of(req);
    return strings ? head_find(strings, name) : NULL;
}

bool hob_request_next_trailer(const hob_request *req, size_t *position, hob_header *trailer)
{
    const struct head *strings = strings_of(req);
    return strings && head_next(strings, position, &trailer->name, &trailer->value);
}

bool hob_request_takes_trailers(hob_request *req)
{
    hob_header header;
    const char *element;
    size_t length;
    for (size_t position = 0; hob_request_next_header(req, &position, &header);) {
        const char *list = element_is(header.name, strlen(header.name), "te") ? header.value : NULL;
        while (list_next(&list, &element, &length)) {
            if (element_is(element, length, "trailers"))
                return true;
        }
    }
    return false;
}

int hob_response_add_trailer(hob_response *res, const char *name, const char *value)
{
    request_expect_task(res->request, __func__);
    size_t before = buffer_length(&res->fields);
    if (!res->is_stream || !trailers_allow(name) || !hob_is_field_value(value))
        return -EINVAL;
    if (res->without_content || !hob_request_takes_trailers(res->request))
        return 0;
    int err = response_append_field(res, name, value);
    if (err == 0)
        res->trailers_size += (unsigned)(buffer_length(&res->fields) - before);
    return err;
}
