/* Replies made of printf's arguments, and redirects. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "hob/http.h"
#include "hob/server.h"
#include "http/status.h"

/* Replies of up to this size need no memory of their own. */
#define SHORT 512

__attribute__((format(printf, 4, 0))) static int reply_long(
    hob_response *res, int status, const char *content_type, const char *format, va_list arguments)
{
    char *content = NULL;
    int length = vasprintf(&content, format, arguments);
    if (length < 0)
        return -ENOMEM;
    int err = hob_reply(res, status, content_type, content, (size_t)length);
    free(content);
    return err;
}

int hob_reply_printf(
    hob_response *res, int status, const char *content_type, const char *format, ...)
{
    char content[SHORT];
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(content, sizeof(content), format, arguments);
    int err = -EINVAL; /* the arguments do not fit the format */
    if (length >= (int)sizeof(content))
        err = reply_long(res, status, content_type, format, again);
    else if (length >= 0)
        err = hob_reply(res, status, content_type, content, (size_t)length);
    va_end(again);
    va_end(arguments);
    return err;
}

static bool is_redirect(int status)
{
    return (status >= 301 && status <= 303) || status == 307 || status == 308;
}

int hob_redirect(hob_response *res, int status, const char *location)
{
    if (!is_redirect(status))
        return -EINVAL;
    int err = hob_response_set_header(res, "Location", location);
    return err < 0
               ? err
               : hob_reply_printf(res, status, HOB_TEXT, "%d %s\n", status, status_reason(status));
}
