/*
 * Cookies as clients send them back: "name=value; name=value" (RFC 6265 section 4.2.1).
 */
#ifndef HOB_CONTENT_COOKIE_H
#define HOB_CONTENT_COOKIE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Finds the first cookie of this name in the value of one header Cookie. Sets *value and *length to
 * its value, still encoded, without the double quotes around it.
 */
bool cookie_find(const char *field, const char *name, const char **value, size_t *length);

#endif
