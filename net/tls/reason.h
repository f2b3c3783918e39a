/* Errors of OpenSSL, as text. */
#ifndef HOB_NET_TLS_REASON_H
#define HOB_NET_TLS_REASON_H

/* Returns the description of an error code of ERR_get_error(3ssl), which is static. */
const char *reason_text(unsigned long code);

#endif
