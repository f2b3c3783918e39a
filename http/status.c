#include "status.h"

#include <errno.h>
#include <stddef.h>

#include "hob/http.h"

static const char *const reasons[600] = {
    [200] = "OK",
    [201] = "Created",
    [202] = "Accepted",
    [203] = "Non-Authoritative Information",
    [204] = "No Content",
    [205] = "Reset Content",
    [206] = "Partial Content",
    [300] = "Multiple Choices",
    [301] = "Moved Permanently",
    [302] = "Found",
    [303] = "See Other",
    [304] = "Not Modified",
    [305] = "Use Proxy",
    [307] = "Temporary Redirect",
    [308] = "Permanent Redirect",
    [400] = "Bad Request",
    [401] = "Unauthorized",
    [402] = "Payment Required",
    [403] = "Forbidden",
    [404] = "Not Found",
    [405] = "Method Not Allowed",
    [406] = "Not Acceptable",
    [407] = "Proxy Authentication Required",
    [408] = "Request Timeout",
    [409] = "Conflict",
    [410] = "Gone",
    [411] = "Length Required",
    [412] = "Precondition Failed",
    [413] = "Content Too Large",
    [414] = "URI Too Long",
    [415] = "Unsupported Media Type",
    [416] = "Range Not Satisfiable",
    [417] = "Expectation Failed",
    [421] = "Misdirected Request",
    [422] = "Unprocessable Content",
    [426] = "Upgrade Required",
    [428] = "Precondition Required",           /* RFC 6585 */
    [429] = "Too Many Requests",               /* RFC 6585 */
    [431] = "Request Header Fields Too Large", /* RFC 6585 */
    [500] = "Internal Server Error",
    [501] = "Not Implemented",
    [502] = "Bad Gateway",
    [503] = "Service Unavailable",
    [504] = "Gateway Timeout",
    [505] = "HTTP Version Not Supported",
    [508] = "Loop Detected", /* RFC 5842 */
};

const char *status_reason(int status)
{
    const size_t count = sizeof(reasons) / sizeof(reasons[0]);
    const char *reason = status >= 0 && (size_t)status < count ? reasons[status] : NULL;
    return reason ? reason : "";
}

bool hob_status_has_content(int status)
{
    return status_has_content(status);
}

int status_of_error(int err)
{
    switch (err) {
    case -EINVAL:
        return 400;
    case -ENOENT:
        return 404;
    case -EMSGSIZE:
        return 413;
    case -EAGAIN: /* a queue is full */
    case -EMFILE:
    case -ENFILE:
    case -ENOMEM:
        return 503;
    case -ECONNREFUSED: /* a server that the handler has asked */
    case -ECONNRESET:
    case -EHOSTUNREACH:
    case -EKEYREJECTED:
    case -ELOOP:
    case -ENETUNREACH:
    case -ENXIO:
    case -EOVERFLOW:
    case -EPROTO:
    case -EREMOTEIO:
        return 502;
    case -ETIMEDOUT:
        return 504;
    default:
        return 500;
    }
}
