/*
 * Percent-encoding (RFC 3986 section 2.1), one byte at a time. hob/http.h has functions for whole
 * texts.
 */
#ifndef HOB_HTTP_PERCENT_H
#define HOB_HTTP_PERCENT_H

/*
 * The byte that a string such as "%2F" begins with, in encoded form; -1 if it does not begin with
 * a "%" and two hex digits.
 */
int percent_octet(const char *at);

/*
 * The next byte of a text, decoded; moves *at behind it. A "%" that encodes nothing, or NUL, is an
 * ordinary byte.
 */
char percent_next(const char **at, const char *end);

#endif
