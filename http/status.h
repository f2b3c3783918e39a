/* Status codes (RFC 9110 section 15). */
#ifndef HOB_HTTP_STATUS_H
#define HOB_HTTP_STATUS_H

#include <stdbool.h>

/* The same as hob_status_has_content(), inline, since each reply calls it. */
static inline bool status_has_content(int status)
{
    return status != 204 && status != 205 && status != 304;
}

/* Returns the reason phrase, such as "Not Found"; "" for a code without one. */
const char *status_reason(int status);

/* Returns the status for a negative errno that a handler has returned. See hob_handler. */
int status_of_error(int err);

#endif
