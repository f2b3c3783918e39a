/*
 * Percent-encoding (RFC 3986 section 2.1), one byte at a time. hob/http.h has functions for whole
 * texts.
 */
#ifndef HOB_BASE_PERCENT_H
#define HOB_BASE_PERCENT_H

#include <stdbool.h>

/* Returns whether a character means the same encoded and not encoded (RFC 3986 section 2.3). */
bool is_unreserved(char c);

/*
 * Decodes the byte at the beginning of a string such as "%2F"; returns -1 if it does not begin with
 * a "%" and two hex digits.
 */
int percent_octet(const char *at);

/*
 * Returns the next byte of a text, decoded, and moves *at behind it. A "%" without two hex digits,
 * or in "%00", is an ordinary byte.
 */
char percent_next(const char **at, const char *end);

#endif
