/* Status codes (RFC 9110 section 15). */
#ifndef HOB_HTTP_STATUS_H
#define HOB_HTTP_STATUS_H

/* The reason phrase, such as "Not Found"; "" for a code that has none. */
const char *status_reason(int status);

/* The status for what a handler returned, a negative errno. See hob_handler. */
int status_of_error(int err);

#endif
