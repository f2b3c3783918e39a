/* Percent-encoding (RFC 3986 section 2.1). The decoding of whole texts is in hob/server.h. */
#ifndef HOB_SERVER_PERCENT_H
#define HOB_SERVER_PERCENT_H

/* The byte that "%2F", "%2f" and the like stand for; -1 if `at` does not begin with such a one. */
int percent_octet(const char *at);

#endif
