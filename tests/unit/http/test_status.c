#include "hob/http.h"
#include "http/status.h"

#include "tests/support/test.h"

#include <limits.h>

/* RFC 9110 section 15; 428, 429 and 431 are of RFC 6585. */
Test(status, reasons_are_those_of_the_registry)
{
    static const struct {
        int status;
        const char *reason;
    } cases[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {203, "Non-Authoritative Information"},
        {204, "No Content"},
        {205, "Reset Content"},
        {206, "Partial Content"},
        {300, "Multiple Choices"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {305, "Use Proxy"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {402, "Payment Required"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {407, "Proxy Authentication Required"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {411, "Length Required"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {416, "Range Not Satisfiable"},
        {417, "Expectation Failed"},
        {421, "Misdirected Request"},
        {422, "Unprocessable Content"},
        {426, "Upgrade Required"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
        {508, "Loop Detected"},
        {428, "Precondition Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect_str_eq(status_reason(cases[i].status), cases[i].reason, "%d", cases[i].status);
}

/* RFC 9112 section 4: it may be empty. */
Test(status, others_have_no_reason)
{
    static const int cases[] = {INT_MIN, -1, 0, 99, 199, 299, 306, 418, 599, 600, 999, INT_MAX};
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect_str_empty(status_reason(cases[i]), "%d", cases[i]);
}

Test(status, errors_have_the_status_that_fits)
{
    static const struct {
        int err, status;
    } cases[] = {
        {-EINVAL, 400},      {-ENOENT, 404},       {-EMSGSIZE, 413},     {-ETIMEDOUT, 504},
        {-ENOMEM, 503},      {-EMFILE, 503},       {-ENFILE, 503},       {-EAGAIN, 503},
        {-EIO, 500},         {-EACCES, 500},       {-EALREADY, 500},     {-1000000, 500},
        {INT_MIN, 500},      {-ECONNREFUSED, 502}, {-ECONNRESET, 502},   {-EHOSTUNREACH, 502},
        {-ENETUNREACH, 502}, {-ENXIO, 502},        {-EREMOTEIO, 502},    {-EPROTO, 502},
        {-EOVERFLOW, 502},   {-ELOOP, 502},        {-EKEYREJECTED, 502},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect_eq(status_of_error(cases[i].err), cases[i].status, "%s", strerror(-cases[i].err));
}

/* RFC 9110 sections 6.4.1 and 15.3.6. */
Test(status, three_have_no_content)
{
    for (int status = 200; status < 600; status++) {
        bool expected = status != 204 && status != 205 && status != 304;
        cr_expect_eq(hob_status_has_content(status), expected, "%d", status);
    }
}
