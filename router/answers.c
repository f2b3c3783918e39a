/* The router's own replies: to OPTIONS, and where there is no route. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "match.h"
#include "method.h"

/* Adds "Allow: GET, HEAD, OPTIONS" (RFC 9110 section 10.2.1), with the methods that are implied. */
static int add_allow_header(hob_response *res, unsigned methods)
{
    char list[64] = ""; /* all of them take 45 */
    size_t length = 0;
    methods |= 1U << METHOD_OPTIONS;
    if (methods & 1U << METHOD_GET)
        methods |= 1U << METHOD_HEAD;
    for (size_t i = 0; i < METHOD_COUNT; i++) {
        if (methods & 1U << i)
            length += (size_t)snprintf(
                list + length, sizeof(list) - length, "%s%s", length ? ", " : "",
                method_names[i].text);
    }
    return hob_response_add_header(res, "Allow", list);
}

static int reply_options(hob_response *res, unsigned methods)
{
    int err = add_allow_header(res, methods);
    return err < 0 ? err : hob_reply(res, 204, NULL, NULL, 0);
}

static int reply_not_allowed(hob_response *res, unsigned methods)
{
    int err = add_allow_header(res, methods);
    return err < 0 ? err : hob_reply_error(res, 405, NULL);
}

/* "OPTIONS *" is about the whole server (RFC 9110 section 9.3.7). */
static int reply_server_options(const struct table *table, hob_response *res)
{
    unsigned methods = 0;
    for (size_t i = 0; i < table->count; i++)
        methods |= 1U << table->routes[i]->method;
    return reply_options(res, methods);
}

int answer_unmatched(hob_request *req, hob_response *res)
{
    const struct match *match = hob_request_match(req);
    const char *path = hob_request_peek_path(req);
    if (strcmp(path, "*") == 0)
        return reply_server_options(match->table, res);
    if (match->methods == 0)
        return hob_reply_error(res, 404, NULL);
    if (match->method == METHOD_OPTIONS)
        return reply_options(res, match->methods);
    return reply_not_allowed(res, match->methods);
}
