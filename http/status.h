/* Status codes (RFC 9110 section 15). */
#ifndef HOB_HTTP_STATUS_H
#define HOB_HTTP_STATUS_H

/* Returns the reason phrase, such as "Not Found"; "" for a code without one. */
const char *status_reason(int status);

/* Returns the status for a negative errno that a handler has returned. See hob_handler. */
int status_of_error(int err);

#endif
